// Sliders that move with their fields and lines, a guard over what is not saved, and buttons that ask, copy or cancel.
"use strict";

(() => {
  const REACH = 5; // logits on either side of one half, as the histograms are drawn
  const byId = (id) => document.getElementById(id);

  const toSlider = (text) => {
    const share = Math.min(Math.max(Number(text) / 100, 1e-9), 1 - 1e-9);
    if (text.trim() === "" || Number.isNaN(share)) return 1000;
    const place = (Math.log(share / (1 - share)) + REACH) / (2 * REACH);
    return Math.round(1000 * Math.min(Math.max(place, 0), 1));
  };
  const toShare = (place) => {
    const share = 100 / (1 + Math.exp(-((place / 1000) * 2 * REACH - REACH)));
    return share.toFixed(share < 10 || share > 90 ? 2 : 1).replace(/\.?0+$/, "");
  };

  // one threshold has a number, a slider, a line across the chart, and a word in the summary
  function show(field, moved) {
    const place = moved ?? toSlider(field.value);
    const slider = document.querySelector(`[data-slides="${field.name}"]`);
    if (moved === undefined) slider.value = place;
    const never = field.value.trim() === "";
    slider.setAttribute("aria-valuetext", never ? field.placeholder : `${field.value}%`);
    for (const line of document.querySelectorAll(`[data-at="${field.name}"]`)) {
      line.setAttribute("x1", place);
      line.setAttribute("x2", place);
    }
    const word = document.querySelector(`[data-shows="${field.name}"]`);
    if (word) word.textContent = never ? word.dataset.never ?? "–" : field.value + (word.dataset.unit ?? "");
  }

  function slid(slider) {
    const field = byId(slider.dataset.slides);
    const [side, label] = [field.dataset.line, field.name.split(".")[1]];
    field.value = side === "remove" && Number(slider.value) === 1000 ? "" : toShare(Number(slider.value));
    show(field, Number(slider.value));
    // the two lines push each other, so that removal never lies below review
    const other = byId(`${side === "remove" ? "review" : "remove"}.${label}`);
    if (!other || other.value.trim() === "" || field.value === "") return;
    const crossed = side === "remove" ? Number(other.value) > Number(field.value) : Number(other.value) < Number(field.value);
    if (crossed) {
      other.value = field.value;
      show(other);
    }
  }

  document.addEventListener("input", (event) => {
    const at = event.target;
    if (at.dataset?.slides) slid(at);
    else if (at.dataset?.line) show(at);
    const form = at.form?.matches?.("[data-guard]") && !("loose" in at.dataset) ? at.form : null;
    if (form) touched(form);
  });

  // what is not saved is not lost by leaving the page unawares
  let unsaved = null;
  function touched(form) {
    unsaved = form;
    for (const note of document.querySelectorAll(".dirty")) note.hidden = false;
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  const refused = document.querySelector("[role=alert]") && document.querySelector("[data-guard]");
  if (refused) touched(refused); // it came back with problems, so it is not saved yet

  document.addEventListener("submit", (event) => {
    const ask = event.target.dataset.ask;
    if (ask && !confirm(ask)) event.preventDefault();
    else if (event.target === unsaved) unsaved = null;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { reset, copy, cancel } = button.dataset;
    if (reset) restore(button, reset);
    if (copy) navigator.clipboard.writeText(document.querySelector(copy).textContent).then(() => window.copilot.toast(button.dataset.copied));
    if (cancel) document.querySelector(cancel).dispatchEvent(new CustomEvent("htmx:abort"));
  });

  function restore(button, pairs) {
    for (const pair of pairs.split(";")) {
      const [name, value] = pair.split("=");
      const field = byId(name);
      if (!field) continue;
      field.value = value;
      show(field);
    }
    button.form.dispatchEvent(new Event("input", { bubbles: true }));
    touched(button.form);
  }

  // a replay streams; while it runs there is something to cancel
  const streams = (event) => event.target.closest?.("[data-streams]");
  const running = (button, on) => {
    const cancel = document.querySelector(`[data-cancel="#${button.id}"]`);
    cancel.hidden = !on;
    button.disabled = on;
    if (on) cancel.focus();
    else button.focus();
  };
  document.addEventListener("htmx:before:request", (event) => streams(event) && running(streams(event), true));
  document.addEventListener("htmx:finally:request", (event) => {
    const button = streams(event);
    if (!button) return;
    running(button, false);
    const bar = document.querySelector("#replayed .progress");
    if (bar) bar.replaceWith(Object.assign(document.createElement("p"), { className: "quiet", textContent: button.dataset.cancelled }));
  });

  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

  // of the replay's subjects only the fields of the chosen one are shown and sent
  function choose(form) {
    const chosen = form.querySelector("[name=subject]:checked")?.value;
    for (const part of form.querySelectorAll("[data-when]")) {
      part.hidden = part.dataset.when !== chosen;
      for (const field of part.querySelectorAll("select, textarea")) field.disabled = part.hidden;
    }
  }
  const subjects = byId("replay");
  if (subjects?.matches("form")) {
    subjects.addEventListener("change", () => choose(subjects));
    choose(subjects);
  }
})();
