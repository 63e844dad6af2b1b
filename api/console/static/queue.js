// The queue: a list, one card at a time, and decisions that show at once and are confirmed by the server afterwards.
"use strict";

(() => {
  const root = document.querySelector("[data-queue]");
  if (!root) return;
  const words = JSON.parse(root.dataset.words);
  const may = root.dataset.may === "1";
  const stage = root.querySelector("#card");
  const done = root.querySelector("#done");
  const status = root.querySelector("#queue-status");
  const reason = root.querySelector("#reason");
  const box = root.querySelector("#rows");
  const trail = `cc-undo-${root.dataset.here}-${root.dataset.me}`;
  const AHEAD = 3; // cards fetched before they are needed
  const LOW = 12; // rows left at which the next page is fetched
  const FRESH = 60_000; // milliseconds that a fetched card may wait
  const SLIP = 200; // milliseconds after a card appears in which a decision must be a slip of the finger

  let list = box.querySelector("ol");
  let current = null;
  let shownAt = 0;
  let loading = null;
  let pending = Promise.resolve(); // what is sent goes out in the order of the keys
  const fetched = new Map();

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const base = (row) => `/console/c/${encodeURIComponent(row.dataset.community)}/queue`;
  const open = () => [...list.children].filter((row) => !row.matches(".gone, .held"));

  async function send(url, values) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(values || {}))
      for (const each of [value].flat()) if (each !== "" && each !== false) body.append(name, each);
    const headers = { "X-CSRF-Token": root.dataset.csrf, "HX-Request": "true" };
    try {
      const answer = await fetch(url, { method: "POST", body, headers, keepalive: true });
      return await read(answer);
    } catch {
      return { ok: false, status: 0, why: words.offline };
    }
  }

  async function read(answer) {
    if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
    const text = await answer.text();
    if (answer.headers.get("Content-Type")?.includes("json"))
      return { ok: answer.ok, status: answer.status, ...JSON.parse(text) };
    const told = new DOMParser().parseFromString(text, "text/html").body.textContent.trim();
    return { ok: answer.ok, status: answer.status, html: text, why: told };
  }

  async function get(url) {
    try {
      return await read(await fetch(url, { headers: { "HX-Request": "true" } }));
    } catch {
      return { ok: false, status: 0, why: words.offline };
    }
  }

  const part = (html, selector) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.querySelector(selector);
  };

  function card(row) {
    const kept = fetched.get(row.dataset.case);
    if (kept && performance.now() - kept.at < FRESH) return kept.card;
    const asked = get(`${base(row)}/card/${row.dataset.case}`).then((answer) => {
      if (answer.ok) return part(answer.html, "article");
      fetched.delete(row.dataset.case);
      const empty = part(`<article class="queue-card" tabindex="-1"><div class="card-banner" role="alert"></div></article>`, "article");
      empty.dataset.case = row.dataset.case;
      empty.firstChild.textContent = answer.why;
      return empty;
    });
    fetched.set(row.dataset.case, { at: performance.now(), card: asked });
    return asked;
  }

  const here = () => stage.querySelector("article:not(.leaving)");

  async function show(row) {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const left = current;
    current = row;
    done.hidden = Boolean(row);
    if (left && left !== row) root.dispatchEvent(new CustomEvent("queue:left", { detail: left }));
    if (!row) {
      stage.replaceChildren();
      return;
    }
    row.querySelector("button").setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    here()?.classList.add("leaving");
    const article = await card(row);
    if (current !== row) return;
    fetched.delete(row.dataset.case);
    stage.replaceChildren(article);
    appeared(row);
  }

  function appeared(row) {
    shownAt = performance.now();
    if (stage.getBoundingClientRect().top < 0) stage.scrollIntoView();
    if (row.problem) banner(row.problem.text, row.problem.acts);
    root.dispatchEvent(new CustomEvent("queue:shown", { detail: row }));
    const waiting = open();
    const at = waiting.indexOf(row);
    for (const next of waiting.slice(at + 1, at + 1 + AHEAD)) card(next);
    if (waiting.length - at < LOW) more();
  }

  function banner(text, acts = []) {
    const place = here()?.querySelector(".card-banner");
    if (!place) return;
    place.replaceChildren(document.createTextNode(text));
    for (const [label, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.textContent = label;
      button.addEventListener("click", act);
      place.append(" ", button);
    }
    place.hidden = false;
  }

  // The next page of the list, or a row or two of it.
  function more() {
    if (!list.dataset.more || loading) return loading;
    loading = get(`${root.dataset.here}/rows?${root.dataset.query}&after=${list.dataset.more}`).then((answer) => {
      loading = null;
      if (!answer.ok) return;
      const page = part(answer.html, "ol");
      for (const row of [...page.children]) if (!find(row.dataset.case)) list.append(row);
      list.dataset.more = page.dataset.more;
    });
    return loading;
  }

  async function reload() {
    const answer = await get(`${root.dataset.here}/rows?${root.dataset.query}`);
    if (!answer.ok) return window.copilot.toast(answer.why);
    list = part(answer.html, "ol");
    box.replaceChildren(list);
    const same = current && find(current.dataset.case);
    if (same && here()) {
      current = same;
      same.querySelector("button").setAttribute("aria-current", "true");
    } else show(open()[0] || null);
  }

  const find = (id) => list.querySelector(`[data-case="${CSS.escape(id)}"]`);

  function step(by) {
    const rows = [...list.children].filter((row) => !row.matches(".gone"));
    const next = rows[rows.indexOf(current) + by];
    if (next) show(next);
    else if (by < 0) window.copilot.toast(words.last, 2);
  }

  // Where to go when a row leaves the list: the next free one, or from the end back to the first.
  function after(leaving) {
    const rows = open();
    const at = rows.indexOf(current);
    const next = rows.slice(at + 1).find((row) => !leaving.includes(row));
    return next || rows.find((row) => !leaving.includes(row)) || null;
  }

  function leave(row, others) {
    const leaving = [row, ...others.map(find).filter(Boolean)];
    const next = after(leaving);
    const places = leaving.map((each) => [each, each.nextSibling]);
    for (const each of leaving) each.remove();
    show(next);
    if (!next && list.dataset.more) more().then(() => current || show(open()[0] || null));
    return () => {
      for (const [each, sibling] of places.reverse())
        if (sibling?.parentNode === list) list.insertBefore(each, sibling);
        else list.insertBefore(each, current?.parentNode === list ? current : list.firstChild);
    };
  }

  function count(by) {
    const place = root.querySelector("#queue-count");
    if (root.dataset.kind !== "open" && root.dataset.kind !== "skipped") return list.children.length;
    place.textContent = Math.max(0, Number(place.textContent) + by);
    return place.textContent;
  }

  // Sends what was decided about the current card, and goes on without waiting for the answer.
  function act({ name, url, values, others = [], undo }) {
    const row = current;
    if (!row || !here() || performance.now() - shownAt < SLIP) return;
    const restore = leave(row, others);
    const left = count(name === "skip" ? 0 : -1 - others.length);
    const many = others.length ? ` · ${fill(words.together, { n: others.length + 1 })}` : "";
    status.textContent = `${words[name]}${many} · ${fill(words.left, { n: left })}`;
    if (reason) reason.value = "";
    pending = pending.then(async () => {
      const answer = await send(url, values);
      if (answer.ok) {
        remember(undo(answer));
        if (name === "skip") last(row);
      } else {
        const retry = (extra) => again(row, { name, url, values: { ...values, ...extra }, others: extra.also || others, undo });
        failed({ row, restore, answer, lost: name === "skip" ? 0 : 1 + others.length, retry });
      }
      root.dispatchEvent(new CustomEvent("queue:confirmed", { detail: { ok: answer.ok, row } }));
    });
  }

  // What was skipped comes last; where further pages wait, it will come with the last of them.
  function last(row) {
    if (list.dataset.more) return;
    list.append(row);
    if (!current) show(row);
  }

  function again(row, what) {
    row.problem = null;
    shownAt = 0;
    if (current === row) act(what);
  }

  function failed({ row, restore, answer, lost, retry }) {
    restore();
    count(lost);
    fetched.delete(row.dataset.case);
    const text = fill(words.failed, { why: answer.text || answer.why || "" });
    const acts = [];
    if (answer.kind === "decided") acts.push([words.overrule, () => retry({ seen: answer.seen, also: [] })]);
    if (answer.kind === "claim") acts.push([words.taken, () => retry({ anyway: true })]);
    row.problem = { text, acts };
    if (!current || current === row) show(row);
    else window.copilot.toast(`${text} ${words.back}`);
    status.textContent = text;
  }

  const steps = () => JSON.parse(sessionStorage.getItem(trail) || "[]");
  function remember(entry) {
    sessionStorage.setItem(trail, JSON.stringify([...steps(), entry].slice(-100)));
  }

  function undo() {
    pending = pending.then(async () => {
      const entries = steps();
      const entry = entries.pop();
      if (!entry) return window.copilot.toast(words.nothing_to_undo, 2);
      const answer = await send(entry.url, entry.values);
      if (!answer.ok && ![400, 404, 409].includes(answer.status)) return window.copilot.toast(fill(words.failed, { why: answer.why }));
      sessionStorage.setItem(trail, JSON.stringify(entries));
      if (!answer.ok) return window.copilot.toast(fill(words.failed, { why: answer.text || answer.why }));
      await bring(entry.base, entry.cases);
      if (entry.counted) count(entry.cases.length);
      status.textContent = words.undone;
      window.copilot.toast(words.undone, 2);
    });
  }

  // Puts cases back into the list, before the current one, and shows the first of them.
  async function bring(url, cases) {
    const answer = await get(`${url}/rows?${cases.map((id) => `only=${id}`).join("&")}`);
    if (!answer.ok) return window.copilot.toast(answer.why);
    const rows = [...part(answer.html, "ol").children];
    for (const row of rows) {
      find(row.dataset.case)?.remove();
      fetched.delete(row.dataset.case);
      list.insertBefore(row, current?.parentNode === list ? current : list.firstChild);
    }
    if (rows.length) await show(rows[0]);
  }

  function start() {
    const id = here()?.dataset.case;
    if (!id) return show(open()[0] || null);
    current = find(id);
    current.querySelector("button").setAttribute("aria-current", "true");
    appeared(current);
  }

  box.addEventListener("click", (event) => {
    const row = event.target.closest("li[data-case]");
    if (row) show(row);
  });

  window.copilot.queue = {
    root, words, may, reason, fill, send, base, find, here, show, step, act, undo, reload, banner, start, more,
    current: () => current,
    settled: () => pending,
    rows: () => [...list.children],
  };
})();
