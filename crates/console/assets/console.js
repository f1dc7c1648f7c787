// What makes the pages feel better. Every page works without it.

/** The piece of a slider follows the range below the picture. */
function followSlider(slider) {
  const piece = slider.querySelector("[data-piece]");
  const range = slider.querySelector("input[type=range]");
  range.addEventListener("input", () => piece.setAttribute("x", range.value));
}

/** A form with data-live asks again as it is filled in, and replaces what the page shows of the answer. */
function searchAsYouType(form) {
  const shown = form.dataset.live;
  let pending;
  const ask = async () => {
    pending?.abort();
    pending = new AbortController();
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${form.getAttribute("action") ?? location.pathname}?${new URLSearchParams(filled)}`;
    try {
      const answer = await fetch(address, { signal: pending.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(shown);
      if (!fresh) return;
      document.querySelector(shown)?.replaceWith(fresh);
      history.replaceState(null, "", address);
      enliven(fresh);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
}

/** A part with data-refresh=SECONDS is asked for again while it is looked at, but not while somebody reads in it. */
function refresh(part) {
  const timer = setInterval(async () => {
    if (!part.isConnected) return clearInterval(timer);
    const isRead = () => part.contains(document.activeElement) || part.querySelector("details[open]");
    if (document.hidden || isRead()) return;
    // The header keeps a page that nobody looks at from prolonging the session.
    const answer = await fetch(location.href, { headers: { "x-yaopai-refresh": "1" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh || isRead()) return;
    part.replaceChildren(...fresh.childNodes);
    for (const child of part.children) enliven(child);
  }, Number(part.dataset.refresh) * 1000);
}

/** The figures of a chart stand beside the pointer, or beside what the arrow keys have come to. The server has put them
 *  into titles, which browsers show by themselves, but late and only to the pointer. */
function tellFigures(chart) {
  const told = chart.parentElement.querySelector(".told");
  const slots = [...chart.querySelectorAll(".slot")];
  const figures = slots.map((slot) => {
    const title = slot.querySelector("title");
    title.remove();
    return title.textContent.trim();
  });
  let current = -1;
  const show = (place) => {
    slots[current]?.classList.remove("is-told");
    current = place;
    slots[current]?.classList.add("is-told");
    told.textContent = figures[current] ?? "";
    if (!slots[current]) return;
    const slot = slots[current].getBoundingClientRect();
    const plot = chart.parentElement.getBoundingClientRect();
    const isRight = slot.left + slot.width / 2 > plot.left + plot.width / 2;
    told.style.left = isRight ? "auto" : `${slot.right - plot.left + 6}px`;
    told.style.right = isRight ? `${plot.right - slot.left + 6}px` : "auto";
  };
  slots.forEach((slot, place) => slot.addEventListener("pointerenter", () => show(place)));
  chart.addEventListener("pointerleave", () => show(-1));
  chart.addEventListener("blur", () => show(-1));
  chart.addEventListener("keydown", (event) => {
    const last = slots.length - 1;
    const places = {
      ArrowLeft: current < 0 ? last : Math.max(current - 1, 0),
      ArrowRight: Math.min(current + 1, last),
      Home: 0,
      End: last,
      Escape: -1,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    show(places[event.key]);
  });
}

/** Boxes of a list, all at once; and how many are ticked. */
function select(list) {
  const all = list.querySelector("[data-all]");
  const boxes = () => [...list.querySelectorAll("input[data-one]")];
  const tell = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    for (const place of list.querySelectorAll("[data-ticked]")) place.textContent = ticked;
    for (const bar of list.querySelectorAll("[data-needs-ticked]")) bar.hidden = ticked === 0;
    if (all) {
      all.checked = ticked > 0 && ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
  };
  list.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  tell();
}

/** A button with data-dialog opens the dialog of that id; without script what is in the dialog stands in the page. */
function openDialog(button) {
  const dialog = document.getElementById(button.dataset.dialog);
  button.addEventListener("click", () => dialog.showModal());
  for (const close of dialog.querySelectorAll("[data-close]")) close.addEventListener("click", () => dialog.close());
}

/** A button with data-copy puts the text of the element of that id into the clipboard. */
function copy(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });
}

/** A form with data-ask, or one sent by a button with it, asks before it is sent. */
function ask(asking) {
  asking.addEventListener(asking.matches("form") ? "submit" : "click", (event) => {
    if (!confirm(asking.dataset.ask)) event.preventDefault();
  });
}

/** A field with data-from-fragment takes what stands after "#" in the address, which no server sees, out of it. */
function takeFragment(field) {
  const fragment = location.hash.slice(1);
  if (!fragment) return;
  field.value = fragment;
  history.replaceState(null, "", location.pathname + location.search);
}

const behaviours = {
  "[data-slider]": followSlider,
  "form[data-live]": searchAsYouType,
  "[data-refresh]": refresh,
  ".chart": tellFigures,
  "[data-select]": select,
  "[data-dialog]": openDialog,
  "[data-copy]": copy,
  "[data-ask]": ask,
  "[data-from-fragment]": takeFragment,
};

function enliven(root) {
  for (const [selector, behave] of Object.entries(behaviours)) {
    if (root !== document && root.matches(selector)) behave(root);
    for (const element of root.querySelectorAll(selector)) behave(element);
  }
}
enliven(document);

// "/" goes to the search field, as in many consoles.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
