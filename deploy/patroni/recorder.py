"""Registers accounts on nodes of Yaopai for a time, and then asks for every one that was acknowledged.

recorder.py TITLE SECONDS NODE...
"""

import http.client
import json
import sys
import threading
import time
import urllib.parse

WRITERS = 4
title, seconds, nodes = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
PASSWORD = "recorded-9"
start = time.monotonic()
lock = threading.Lock()
acknowledged, refused, answers, worst = [], {}, [], 0.0


def call(node, path, body, source):
    """The body's code, or what went wrong in a word; and how long it took."""
    began = time.monotonic()
    address = urllib.parse.urlsplit(node)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    try:
        headers = {"content-type": "application/json", "x-forwarded-for": source}
        connection.request("POST", path, json.dumps(body), headers)
        code = json.loads(connection.getresponse().read())["code"]
    except OSError as error:
        code = type(error).__name__
    finally:
        connection.close()
    return code, time.monotonic() - began


def write(writer):
    global worst
    number = 0
    while time.monotonic() - start < seconds:
        number += 1
        name = f"p{int(time.time())}x{writer}x{number}"
        # Sources of their own, so that no limit is reached.
        source = f"203.{writer}.{number // 250 % 250}.{number % 250}"
        node = nodes[(writer + number) % len(nodes)]
        code, took = call(node, "/user/register", {"account": name, "password": PASSWORD}, source)
        with lock:
            worst = max(worst, took)
            if code == 200:
                acknowledged.append(name)
                answers.append(time.monotonic() - start)
            else:
                refused[code] = refused.get(code, 0) + 1
        if code != 200:
            time.sleep(0.05)


threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

lost, doubled = 0, 0
for index, name in enumerate(acknowledged):
    source = f"198.{index // 60000 % 250}.{index // 240 % 250}.{index % 240}"
    node = nodes[index % len(nodes)]
    code, _ = call(node, "/user/login", {"account": name, "password": PASSWORD}, source)
    lost += code != 200
    code, _ = call(node, "/user/register", {"account": name, "password": PASSWORD}, source)
    doubled += code == 200

times = [0.0, *sorted(answers), time.monotonic() - start if not answers else max(answers)]
gap = max(later - earlier for earlier, later in zip(times, times[1:]))
print(
    f"| {title} | {len(acknowledged)} | {lost} | {doubled} | {gap:.1f} s | {worst:.1f} s | "
    f"{', '.join(f'{code}: {count}' for code, count in sorted(refused.items(), key=str)) or 'none'} |",
    flush=True,
)
