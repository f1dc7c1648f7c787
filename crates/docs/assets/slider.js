// Draws a slider, lets the piece be moved, and sends the answer: what a client of api_v1 has to do.
"use strict";

const at = (name) => document.getElementById(`slider-${name}`);

function say(line, envelope) {
  at("said").textContent = `${line}\n${JSON.stringify(envelope)}`;
  at("said").hidden = false;
}

function move() {
  const x = at("x").value;
  at("shown").textContent = `x = ${x}`;
  at("piece").style.left = `${x}px`;
}

async function draw() {
  const address = `/api/v1/captcha/get?email=${encodeURIComponent(at("email").value)}`;
  const envelope = await (await fetch(address)).json();
  const slider = envelope.data?.slider_captcha;
  at("board").hidden = !slider;
  if (!slider) {
    say(`GET ${address}`, envelope);
    return;
  }
  at("background").src = `data:image/png;base64,${slider.bg_img}`;
  at("piece").src = `data:image/png;base64,${slider.slider_img}`;
  at("piece").style.top = `${slider.y}px`;
  at("x").value = 0;
  move();
  say(`GET ${address}`, { code: envelope.code, data: { slider_captcha: { slider_img: "…", bg_img: "…", y: slider.y } }, msg: envelope.msg });
  at("x").focus();
}

async function answer() {
  const body = JSON.stringify({ email: at("email").value, x: Number(at("x").value) });
  const headers = { "Content-Type": "application/json" };
  const reply = await fetch("/api/v1/captcha/validate", { method: "POST", headers, body });
  say(`POST /api/v1/captcha/validate ${body}`, await reply.json());
  at("board").hidden = true;
}

at("draw").addEventListener("click", draw);
at("x").addEventListener("input", move);
at("answer").addEventListener("click", answer);
