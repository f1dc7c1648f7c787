#!/usr/bin/env bash
# Three PostgreSQL servers under Patroni and etcd, two nodes of Yaopai on them, and a recorder that registers accounts all the
# while: a switchover, a killed primary, a frozen primary. Everything runs on the loopback address, in a folder under /tmp that
# goes away in the end. By hand, not in CI:
#
#     cargo build --release && deploy/patroni/run.sh target/release/yaopai
#
# Needs Debian's packages patroni, etcd-server, postgresql and python3. Started as root, the servers run as `postgres`.
set -euo pipefail
yaopai=$(realpath "${1:?usage: run.sh PATH-OF-YAOPAI}")
here=$(dirname "$(realpath "$0")")
binaries=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
folder=$(mktemp -d /tmp/yaopai-patroni.XXXXXX)
chmod 755 "$folder"
as_postgres=()
if ((EUID == 0)); then
  as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres "$folder"
fi
pids=()

finish() {
  # The frozen ones first, or they would not hear that it is over.
  for member in 1 2 3; do signal_member "$member" CONT || true; done
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  sleep 3
  for member in 1 2 3; do signal_member "$member" KILL || true; done
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap finish EXIT

# signal_member NUMBER SIGNAL: its Patroni and all processes of its PostgreSQL.
signal_member() {
  local patroni postmaster
  patroni=$(cat "$folder/member$1.pid" 2>/dev/null) || return 0
  postmaster=$(head -n 1 "$folder/member$1/data/postmaster.pid" 2>/dev/null) || postmaster=
  kill -s "$2" "$patroni" 2>/dev/null || true
  if [[ -n $postmaster ]]; then
    kill -s "$2" "$postmaster" $(pgrep -P "$postmaster") 2>/dev/null || true
  fi
}

patroni_config() {
  cat <<YAML
scope: yaopai
name: member$1
restapi: {listen: 127.0.0.1:$((8100 + $1)), connect_address: 127.0.0.1:$((8100 + $1))}
etcd3: {hosts: ["127.0.0.1:2479"]}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 6
    maximum_lag_on_failover: 0
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 100, synchronous_commit: "on", wal_keep_size: 512MB}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums]
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
postgresql:
  listen: 127.0.0.1:$((5500 + $1))
  connect_address: 127.0.0.1:$((5500 + $1))
  data_dir: $folder/member$1/data
  bin_dir: $binaries
  pgpass: $folder/member$1/pgpass
  authentication:
    superuser: {username: postgres}
    replication: {username: postgres}
    rewind: {username: postgres}
  parameters: {unix_socket_directories: "$folder/member$1"}
YAML
}

start_member() {
  "${as_postgres[@]}" patroni "$folder/member$1.yaml" >>"$folder/member$1.log" 2>&1 &
  echo $! >"$folder/member$1.pid"
  pids+=($!)
}

# The number of the member that takes writes.
primary() {
  local member
  for member in 1 2 3; do
    if curl --silent --fail --max-time 1 --output /dev/null "http://127.0.0.1:$((8100 + member))/primary"; then
      echo "$member"
      return 0
    fi
  done
  return 1
}

# How many members follow, one of them in step.
followers() { curl --silent --max-time 2 "http://127.0.0.1:$((8100 + $1))/cluster" | grep -o '"state": "\(running\|streaming\)"' | wc -l; }

wait_until_whole() {
  local try
  for try in {1..120}; do
    if leader=$(primary) && (($(followers "$leader") == 3)) &&
      curl --silent --max-time 2 "http://127.0.0.1:$((8100 + leader))/cluster" | grep -q sync_standby; then return 0; fi
    sleep 1
  done
  echo "the members do not come together; see $folder/member*.log" >&2
  trap - EXIT
  exit 1
}

"${as_postgres[@]}" etcd --data-dir "$folder/etcd" --listen-client-urls http://127.0.0.1:2479 \
  --advertise-client-urls http://127.0.0.1:2479 --listen-peer-urls http://127.0.0.1:2480 \
  --initial-advertise-peer-urls http://127.0.0.1:2480 --initial-cluster default=http://127.0.0.1:2480 >"$folder/etcd.log" 2>&1 &
pids+=($!)
for member in 1 2 3; do
  "${as_postgres[@]}" mkdir -m 700 "$folder/member$member"
  patroni_config "$member" >"$folder/member$member.yaml"
  start_member "$member"
done
wait_until_whole
echo "三个成员已就绪 / three members, the primary is member$leader"

export YAOPAI_DATABASE_URL='postgres://postgres@127.0.0.1:5501,127.0.0.1:5502,127.0.0.1:5503/postgres?sslmode=disable'
YAOPAI_ROOT_KEY=$(od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n')
export YAOPAI_ROOT_KEY YAOPAI_TRUSTED_PROXIES=127.0.0.0/8 YAOPAI_HASHING__MEMORY_KIB=8192 YAOPAI_HASHING__PASSES=1
for node in 1 2; do
  YAOPAI_LISTEN=127.0.0.1:$((9200 + node)) YAOPAI_DATA_DIR=$folder/node$node "$yaopai" serve >"$folder/node$node.out" 2>"$folder/node$node.err" &
  pids+=($!)
  for try in {1..100}; do
    if curl --silent --fail --max-time 1 --output /dev/null "http://127.0.0.1:$((9200 + node))/readyz"; then break; fi
    sleep 0.2
  done
done

# while_recording TITLE COMMAND...: registers accounts from before the command until 40 s after it, and checks them all.
while_recording() {
  local title=$1 recorder
  shift
  wait_until_whole
  python3 "$here/recorder.py" "$title" 50 http://127.0.0.1:9201 http://127.0.0.1:9202 &
  recorder=$!
  sleep 5
  "$@"
  wait "$recorder"
}

switchover() {
  curl --silent --max-time 20 --request POST --data "{\"leader\": \"member$leader\"}" "http://127.0.0.1:$((8100 + leader))/switchover"
  echo
}
kill_primary() { signal_member "$leader" KILL; }
freeze_primary() { signal_member "$leader" STOP; }

while_recording "switchover" switchover
while_recording "killed primary" kill_primary
killed=$leader
rm -f "$folder/member$killed/data/postmaster.pid"
start_member "$killed"
while_recording "frozen primary" freeze_primary
frozen=$leader
signal_member "$frozen" CONT
while_recording "the frozen one comes back" true
