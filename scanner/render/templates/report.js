"use strict";
(function () {
  const form = document.getElementById("filter");
  const service = document.getElementById("by-service");
  const effect = document.getElementById("by-effect");
  const text = document.getElementById("by-text");
  const shown = document.getElementById("shown");
  const items = Array.from(document.querySelectorAll(".item"), (node) => ({
    node, text: words(node),
  }));
  const findings = items.filter((item) => item.node.dataset.effect).length;

  function words(node) {
    const cause = node.closest(".cause");
    const said = cause ? [cause.closest(".group").querySelector("h3"), ...cause.querySelectorAll(":scope > p")] : [];
    return [...said, node].map((part) => part.textContent).join(" ").toLowerCase();
  }

  function fits(item) {
    const data = item.node.dataset;
    return (!service.value || data.services.split(/\s+/).includes(service.value))
      && (!effect.value || data.effect === effect.value)
      && text.value.toLowerCase().split(/\s+/).every((word) => item.text.includes(word));
  }

  function apply() {
    let left = 0;
    for (const item of items) {
      item.node.hidden = !fits(item);
      if (!item.node.hidden && item.node.dataset.effect) left += 1;
    }
    for (const box of document.querySelectorAll(".cause, .group, .card")) {
      const held = box.querySelectorAll(".item");
      box.hidden = held.length > 0 && Array.from(held).every((node) => node.hidden);
    }
    shown.textContent = left === findings ? "" : left + " of " + findings + " shown";
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("details")) box.open = true;
  });
  form.hidden = false;
  apply();
})();
