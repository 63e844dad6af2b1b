// Three steps for whoever sees the queue for the first time; remembered in this browser.
"use strict";

(() => {
  const queue = window.copilot.queue;
  const tour = document.getElementById("tour");
  if (!queue || !tour) return;
  const key = `cc-tour-${queue.root.dataset.me}`;
  const places = { list: ".queue-list", card: "#card", keys: ".acts" };
  const steps = [...tour.querySelectorAll("[data-step]")].filter((step) => document.querySelector(places[step.dataset.step]));
  let at = -1;

  function go(to) {
    document.querySelector(".toured")?.classList.remove("toured");
    at = to;
    steps.forEach((step, i) => (step.hidden = i !== at));
    tour.hidden = at < 0 || at >= steps.length;
    if (tour.hidden) return localStorage.setItem(key, "seen");
    document.querySelector(places[steps[at].dataset.step]).classList.add("toured");
    tour.querySelector("[data-tour=next]").focus({ preventScroll: true });
  }

  tour.addEventListener("click", (event) => {
    const what = event.target.closest("[data-tour]")?.dataset.tour;
    if (what) go(what === "next" ? at + 1 : -1);
  });
  tour.addEventListener("keydown", (event) => {
    if (event.key === "Escape") go(-1);
  });
  document.querySelector("[data-act=tour]").addEventListener("click", () => {
    document.getElementById("help").close();
    go(0);
  });
  if (!localStorage.getItem(key) && queue.rows().length) go(0);
})();
