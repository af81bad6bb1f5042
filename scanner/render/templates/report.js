"use strict";
// The findings: filtered, sorted, linked to and walked through by keys. The page is whole without it.
(function () {
  const STEP = 100; // items of a list shown at once: whatever a filter lets through, few nodes change
  const EFFECTS = ["breaks", "changes-results", "changes-shape", "needs-update"];
  const byId = (id) => document.getElementById(id);
  const form = byId("filter"), said = byId("shown"), flat = byId("flat"), keys = byId("keys");
  const fields = {
    q: byId("by-text"), service: byId("by-service"), effect: byId("by-effect"), rule: byId("by-rule"),
    certainty: byId("by-certainty"), sort: byId("by-sort"),
  };
  const ORDERS = {
    effect: (a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) || b.calls - a.calls,
    calls: (a, b) => b.calls - a.calls,
    time: (a, b) => b.time - a.time,
    file: (a, b) => a.file.localeCompare(b.file, "en", { numeric: true }),
  };
  const items = Array.from(document.querySelectorAll(".item"), known);
  const findings = items.filter((item) => item.effect);
  const boxes = new Set(items.flatMap((item) => item.boxes));
  const byNode = new Map(items.map((item) => [item.node, item]));
  const siblings = new Map(); // cause → its items in their order
  const numbers = new Intl.NumberFormat("en");
  const mores = Array.from(document.querySelectorAll(".more"));
  let limits = {}, pinned = null, away = new Set(), open = new Set(boxes), current = [];

  function known(node) {
    const cause = node.closest(".cause"), group = node.closest(".group"), card = node.closest(".card");
    const data = node.dataset;
    return {
      node, cause, group, card, boxes: [cause, group, card].filter(Boolean), on: true,
      effect: data.effect || "", kind: data.kind || "finding", certainty: data.certainty || "",
      rule: group ? group.dataset.rule : "", also: (data.also || "").split(" "), services: (data.services || card.dataset.services || "").trim().split(/\s+/),
      calls: Number(data.calls), time: Number(data.time),
      get file() {
        const place = node.querySelector(".place");
        return place ? place.textContent : "\uffff";
      },
    };
  }

  function text(item) {
    if (item.text === undefined) {
      const told = item.cause ? [item.card.querySelector("h2"), item.group.querySelector("h3"),
        ...item.cause.querySelectorAll(":scope > p")] : [];
      item.text = [...told, item.node].map((part) => part.textContent).join(" ").toLowerCase();
    }
    return item.text;
  }

  function fits(words) {
    const [service, effect, rule, certainty] = ["service", "effect", "rule", "certainty"].map((n) => fields[n].value);
    return (item) => (!service || item.services.includes(service)) && (!effect || item.effect === effect)
      && (!rule || item.rule === rule || item.also.includes(rule)) && (!certainty || item.certainty === certainty)
      && words.every((word) => text(item).includes(word));
  }

  function apply() {
    const found = items.filter(fits(fields.q.value.toLowerCase().split(/\s+/).filter(Boolean)));
    const order = ORDERS[fields.sort.value];
    const lists = new Map();
    for (const item of found) {
      if (!lists.has(item.kind)) lists.set(item.kind, []);
      lists.get(item.kind).push(item);
    }
    const listed = lists.get("finding") || [];
    if (order) listed.sort(order);
    const shown = new Set();
    for (const [kind, held] of lists) {
      for (const item of held.slice(0, limits[kind] || STEP)) shown.add(item);
    }
    if (pinned && found.includes(pinned)) shown.add(pinned);
    current = listed.filter((item) => shown.has(item));
    for (const item of items) {
      if (item.on !== shown.has(item)) item.node.hidden = !(item.on = !item.on);
    }
    arrange(order ? current : []);
    uncover(order ? [...shown].filter((item) => !item.effect) : [...shown]);
    tell(listed.length);
    for (const more of mores) more.hidden = (lists.get(more.dataset.list) || []).length <= (limits[more.dataset.list] || STEP);
    document.dispatchEvent(new CustomEvent("filtered", { detail: found }));
  }

  function arrange(listed) {
    for (const cause of away) cause.append(...siblings.get(cause));
    away = new Set(listed.map((item) => item.cause));
    for (const cause of away) {
      if (!siblings.has(cause)) siblings.set(cause, cause.querySelectorAll(":scope > .item"));
    }
    flat.replaceChildren(...listed.map(framed));
    flat.hidden = !listed.length;
  }

  // Away from its group a finding says itself what the group says for it.
  function framed(item) {
    if (!item.frame) {
      const owner = document.createElement("p");
      owner.className = "facts";
      owner.textContent = item.card.querySelector("h2").textContent;
      item.frame = document.createElement("div");
      item.frame.className = "cause";
      const title = item.group.querySelector("h3").cloneNode(true);
      title.querySelector(":scope > .quiet").textContent = item.rule;
      item.frame.append(title, owner,
        ...Array.from(item.cause.querySelectorAll(":scope > p"), (said) => said.cloneNode(true)));
    }
    item.frame.append(item.node);
    return item.frame;
  }

  function uncover(shown) {
    const wanted = new Set(shown.flatMap((item) => item.boxes));
    for (const box of boxes) {
      if (open.has(box) !== wanted.has(box)) box.hidden = !wanted.has(box);
    }
    open = wanted;
  }

  function tell(matching) {
    const rest = matching > current.length;
    const of = matching === findings.length ? "" : " of " + numbers.format(findings.length);
    said.textContent = numbers.format(matching) + of + (findings.length === 1 ? " finding" : " findings")
      + (rest ? ", the first " + numbers.format(current.length) + " shown" : "");
  }

  // The state of the filter stands in the address, with services by their names.
  function write() {
    const state = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) {
      if (field.value) state.set(name, name === "service" ? field.selectedOptions[0].text : field.value);
    }
    history.replaceState(null, "", "#" + state);
  }

  function read() {
    const hash = location.hash.slice(1), target = byId(hash);
    if (target && byNode.has(target)) return reveal(byNode.get(target));
    if (target && boxes.has(target)) return only(target.dataset.services.trim());
    if (target || !hash.includes("=")) return apply();
    const state = new URLSearchParams(hash);
    for (const [name, field] of Object.entries(fields)) {
      const value = state.get(name) || "";
      const option = field.options && Array.from(field.options).find((each) => (name === "service" ? each.text : each.value) === value);
      field.value = field.options ? (value && option ? option.value : "") : value;
    }
    limits = {};
    return apply();
  }

  function reveal(item) {
    pinned = item;
    apply();
    if (!item.on) {
      clear();
      apply();
    }
    const folded = item.node.closest("details");
    if (folded) folded.open = true;
    go(item.node);
  }

  function only(service) {
    clear();
    fields.service.value = service;
    changed();
    below(byId("findings"));
  }

  // To the top of the window, below the filter where that stays there.
  function below(node) {
    const bar = getComputedStyle(form).position === "sticky" ? form.offsetHeight : 0;
    document.documentElement.style.setProperty("--bar", bar + "px");
    node.scrollIntoView({ block: "start" });
  }

  function go(node) {
    const cause = node.closest(".cause");
    const first = cause && cause.querySelector(".item:not([hidden])") === node; // what is said over it comes into view too
    node.focus({ preventScroll: true });
    below(first ? cause : node);
  }

  function clear() {
    for (const field of Object.values(fields)) field.value = "";
  }

  function changed() {
    limits = {};
    pinned = null;
    write();
    apply();
  }

  function step(by) {
    const at = current.findIndex((item) => item.node === document.activeElement);
    const next = current[Math.min(Math.max(at + by, 0), current.length - 1)];
    if (next) go(next.node);
  }

  const KEYS = {
    "/": () => { form.scrollIntoView({ block: "nearest" }); fields.q.focus(); fields.q.select(); },
    "j": () => step(1), "k": () => step(-1), "g": () => go(byId("graph")), "r": () => { clear(); changed(); },
    "?": () => keys.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, dialog");
    if (event.key === "Escape" && typing === fields.q) {
      fields.q.value = "";
      fields.q.blur();
      return changed();
    }
    if (event.key === "Enter" && byNode.has(event.target)) location.hash = event.target.id;
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !byId("keys-on").checked || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-service], [data-filter]");
    if (!link) return;
    event.preventDefault();
    if (link.dataset.service) return only(link.dataset.service);
    clear();
    fields.effect.value = link.dataset.filter.split("=")[1];
    changed();
    below(byId("findings"));
  });

  for (const more of mores) {
    more.addEventListener("click", (event) => {
      const by = event.target.dataset.more, list = more.dataset.list;
      if (!by) return;
      limits[list] = by === "all" ? Infinity : (limits[list] || STEP) + STEP;
      apply();
    });
  }

  // Paper shows all that the filter lets through, and what is folded.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const box of folded) box.open = true;
    limits = Object.fromEntries(mores.map((more) => [more.dataset.list, Infinity]));
    apply();
  });
  window.addEventListener("afterprint", () => {
    for (const box of folded) box.open = false;
    limits = {};
    apply();
  });

  // What a search looks through is read from the page while nothing else is to be done.
  function warm(start) {
    for (const item of items.slice(start, start + STEP)) text(item);
    if (start + STEP < items.length) later(() => warm(start + STEP));
  }
  const later = window.requestIdleCallback || ((work) => setTimeout(work, 1));

  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("ask").addEventListener("click", KEYS["?"]);
  window.addEventListener("hashchange", read);
  document.addEventListener("service", (event) => {
    const option = Array.from(fields.service.options).find((each) => each.text === event.detail);
    if (option) only(option.value);
  });
  for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
  form.hidden = !findings.length && !items.length;
  document.documentElement.classList.add("ready");
  read();
  later(() => warm(0));
})();
