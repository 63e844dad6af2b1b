// What others do meanwhile: new cases, cases that colleagues have open or decided. And telling them which one is open here.
"use strict";

(() => {
  const queue = window.copilot.queue;
  if (!queue) return;
  const { root, words, fill } = queue;
  const bar = root.querySelector(".news");
  const RENEW = 45_000;
  const SETTLE = 300; // milliseconds that a card must stay before it is claimed
  const fresh = new Set();
  let source = null;
  let claimed = null;
  let timer = 0;

  function announce() {
    bar.hidden = fresh.size === 0;
    bar.textContent = fill(words.new, { n: fresh.size });
  }

  const fits = (change) =>
    root.dataset.kind === "open" && change.stage === "open" && (!root.dataset.label || change.labels.includes(root.dataset.label));

  function changed(change) {
    const row = queue.find(String(change.case));
    const away = change.decided || (root.dataset.kind === "open" && change.stage !== "open");
    if (!away) {
      if (!row && fits(change) && change.by !== root.dataset.me) fresh.add(change.case);
      return;
    }
    fresh.delete(change.case);
    if (!row || !change.by || change.by === root.dataset.me) return;
    const text = fill(words.gone, { who: change.by });
    row.classList.add("gone");
    row.querySelector(".queue-row-who").textContent = text;
    if (row === queue.current()) queue.banner(text, []);
  }

  function held(claims) {
    for (const row of queue.rows()) {
      const who = claims[row.dataset.case];
      const other = Boolean(who) && who !== root.dataset.me;
      if (row.matches(".gone") || other === row.matches(".held")) continue;
      row.classList.toggle("held", other);
      row.querySelector(".queue-row-who").textContent = other ? fill(words.held, { who }) : "";
    }
  }

  function follow() {
    source = new EventSource(`${root.dataset.here}/events?since=${root.dataset.mark}&scope=${root.dataset.scope}`);
    source.addEventListener("news", (event) => {
      const news = JSON.parse(event.data);
      news.changes.forEach(changed);
      held(news.claims);
      announce();
      const totals = Object.values(news.waiting);
      if (totals.length && !root.dataset.scope)
        queue.settled().then(() => (root.querySelector("#queue-count").textContent = totals[0]));
    });
    source.addEventListener("stale", () => queue.reload());
    source.addEventListener("crowded", () => {
      source.close();
      window.copilot.toast(words.crowded);
    });
  }

  bar.addEventListener("click", async () => {
    fresh.clear();
    announce();
    await queue.reload();
  });

  async function claim(row) {
    const answer = await queue.send(`${queue.base(row)}/claim/${row.dataset.case}`);
    if (!answer.ok) return;
    if (queue.current() !== row) { // left before the answer came
      if (answer.mine && row.isConnected) giveUp(row);
      return;
    }
    if (answer.mine) {
      claimed = row;
      timer = setTimeout(() => document.hidden || claim(row), RENEW);
    } else {
      queue.banner(fill(words.held, { who: answer.holder }), []);
      timer = setTimeout(() => claim(row), RENEW);
    }
  }

  root.addEventListener("queue:shown", (event) => {
    clearTimeout(timer);
    const row = event.detail;
    if (queue.here().dataset.held) queue.banner(fill(words.held, { who: queue.here().dataset.held }), []);
    if (queue.may) timer = setTimeout(() => claim(row), SETTLE);
  });

  function release(row) {
    if (claimed !== row) return;
    claimed = null;
    giveUp(row);
  }
  function giveUp(row) {
    queue.send(`${queue.base(row)}/release/${row.dataset.case}`);
  }
  root.addEventListener("queue:left", (event) => {
    clearTimeout(timer);
    if (event.detail.isConnected) release(event.detail);
    else claimed = null; // decided: its claim ends with that
  });
  document.addEventListener("visibilitychange", () => {
    const row = queue.current();
    if (!document.hidden && row && queue.may) claim(row);
  });
  addEventListener("pagehide", () => {
    source?.close();
    if (claimed) release(claimed);
  });

  queue.start();
  follow();
})();
