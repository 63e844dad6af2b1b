// One key or button for each thing to do with the current card.
"use strict";

(() => {
  const queue = window.copilot.queue;
  if (!queue) return;
  const { root, words, may, reason } = queue;
  const answers = { approve: "a", remind: "r", warn: "w", mute: "m", remove: "x", expel: "o" };
  const measures = { remind: "remind", warn: "warn", mute: "mute", expel: "remove" };
  const picker = document.getElementById("labels");
  const escalation = document.getElementById("escalate");
  const help = document.getElementById("help");
  let afterLabel = null;

  const labels = () => queue.here().dataset.labels.split(" ").filter(Boolean);
  const decidable = () => may && queue.here()?.dataset.decidable === "1";

  function decide(name) {
    if (!decidable()) return;
    if (name !== "approve" && !labels().length) return pick(() => decide(name));
    const card = queue.here();
    const row = queue.current();
    const also = card.querySelector(".copies[open]") ? [...card.querySelectorAll("[name=also]:checked")].map((box) => box.value) : [];
    const url = `${queue.base(row)}/decide`;
    const values = {
      case: row.dataset.case, answer: name, also, reason: reason.value, seen: card.dataset.seen,
      labels: name === "approve" ? [] : labels(),
    };
    queue.act({
      name, url, values, others: also,
      undo: (answer) => ({
        url: `${queue.base(row)}/undo`, values: { resolutions: answer.resolutions },
        base: queue.base(row), cases: [row.dataset.case, ...also], counted: true,
      }),
    });
  }

  function hand(name, to, why) {
    const row = queue.current();
    queue.act({
      name, url: `${queue.base(row)}/move/${row.dataset.case}`, values: { stage: to, reason: why },
      undo: (answer) => ({
        url: `${queue.base(row)}/move/${row.dataset.case}`,
        values: { stage: answer.before, reason: answer.before === "escalated" ? why || words.undone : "" },
        base: queue.base(row), cases: [row.dataset.case], counted: true,
      }),
    });
  }

  function pick(then) {
    if (!decidable()) return;
    afterLabel = then || null;
    picker.showModal();
  }

  function relabel(label) {
    const card = queue.here();
    card.dataset.labels = label;
    const badge = document.createElement("span");
    badge.className = "badge bad";
    badge.textContent = picker.querySelector(`[data-label="${label}"] span`).textContent;
    card.querySelector("[data-labels-shown]").replaceChildren(`${words.relabelled} `, badge);
    picker.close();
    const then = afterLabel;
    afterLabel = null;
    then?.();
  }

  const acts = {
    ...Object.fromEntries(Object.keys(answers).map((name) => [name, () => decide(name)])),
    skip() {
      const row = queue.current();
      if (!may || !row) return;
      queue.act({
        name: "skip", url: `${queue.base(row)}/skip/${row.dataset.case}`, values: {},
        undo: () => ({
          url: `${queue.base(row)}/unskip/${row.dataset.case}`, values: {}, base: queue.base(row),
          cases: [row.dataset.case],
        }),
      });
    },
    escalate() {
      if (!decidable()) return;
      if (reason.value.trim()) return hand("escalate", "escalated", reason.value);
      escalation.querySelector("form").reset();
      escalation.returnValue = "";
      escalation.showModal();
    },
    check() {
      if (decidable() && queue.here().dataset.rumour) hand("check", "checking", reason.value);
    },
    label: () => pick(),
    bulk() {
      const copies = queue.here()?.querySelector(".copies");
      if (copies) copies.open = !copies.open;
    },
    undo: () => may && queue.undo(),
    next: () => queue.step(1),
    previous: () => queue.step(-1),
    reason: () => reason?.focus(),
    help: () => (help.open ? help.close() : help.showModal()),
    news: () => root.querySelector("[data-act=news]").click(),
  };
  const keys = {
    ...Object.fromEntries(Object.entries(answers).map(([name, key]) => [key, name])),
    s: "skip", e: "escalate", c: "check", l: "label", b: "bulk", u: "undo", j: "next", k: "previous",
    ".": "reason", "?": "help", "？": "help", "。": "reason", n: "news",
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work
    if (picker.open && /^[1-9]$/.test(event.key)) {
      const button = picker.querySelectorAll("[data-label]")[Number(event.key) - 1];
      event.preventDefault();
      return relabel(button.dataset.label);
    }
    if (document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const name = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!name || (event.shiftKey && event.key !== "?" && event.key !== "？")) return;
    if (event.repeat && name !== "next" && name !== "previous") return; // a key held down decides once
    event.preventDefault();
    acts[name]();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    const name = button?.dataset.act;
    if (name && name !== "news" && name !== "tour" && acts[name]) {
      acts[name]();
      if (button.closest(".acts")) button.blur(); // or Space would press it again on the next card
    }
    const label = event.target.closest("[data-label]")?.dataset.label;
    if (label && picker.open) relabel(label);
    if (event.target.closest("[data-copy-notice]")) copyNotice();
  });

  escalation.addEventListener("close", () => {
    const why = escalation.querySelector("[name=why]").value;
    if (escalation.returnValue === "go" && why.trim()) hand("escalate", "escalated", why);
  });
  picker.addEventListener("close", () => (afterLabel = picker.open ? afterLabel : null));
  reason?.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") reason.value = "";
    if (event.key === "Escape" || event.key === "Enter") reason.blur();
  });

  async function copyNotice() {
    const shown = queue.here().querySelector("[data-notice]:not([hidden])");
    getSelection().selectAllChildren(shown); // where the page may not write to the clipboard, Ctrl C does
    await navigator.clipboard?.writeText(shown.textContent);
    if (navigator.clipboard) window.copilot.toast(words.copied, 2);
  }

  // The notice that goes with the answer under the pointer, or else with the suggested one.
  function notice(name) {
    const wanted = measures[name] || "none";
    for (const each of queue.here()?.querySelectorAll("[data-notice]") || []) each.hidden = each.dataset.notice !== wanted;
  }
  for (const button of root.querySelectorAll(".acts [data-act]")) {
    const name = button.dataset.act;
    if (!(name in answers)) continue;
    for (const kind of ["pointerenter", "focus"]) button.addEventListener(kind, () => notice(name));
    for (const kind of ["pointerleave", "blur"]) button.addEventListener(kind, () => notice(queue.here()?.dataset.suggested));
  }

  root.addEventListener("queue:shown", () => {
    const card = queue.here().dataset;
    notice(card.suggested);
    for (const button of root.querySelectorAll(".acts [data-act]")) {
      const name = button.dataset.act;
      button.classList.toggle("suggested", name === card.suggested);
      if (name === "check") button.disabled = !card.rumour || card.stage === "checking";
      if (name === "bulk") button.disabled = card.copies === "0";
      if (name in answers || name === "escalate" || name === "label") button.disabled = card.decidable !== "1";
    }
  });
})();
