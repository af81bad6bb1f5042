"use strict";
// The picture of who depends on the table, drawn of the findings that the filter lets through.
(function () {
  const MOST = 60; // queries drawn at once
  const PLACES = 3; // places drawn of a query
  const ROW = 26, GAP = 70, PAD = 12;
  const WIDTHS = { service: 150, place: 250, query: 330, via: 150, table: 130 };
  const RANKS = ["breaks", "changes-results", "changes-shape", "needs-update", "unresolved", "built", "unaffected"];
  const panel = document.getElementById("graph"), table = panel.dataset.table;
  const svg = d3.select("#picture").append("svg").attr("role", "group").attr("aria-label", "Dependency graph");
  const world = svg.append("g");
  const zoom = d3.zoom().scaleExtent([0.1, 4]).filter((event) => !event.button && (event.type !== "wheel" || event.ctrlKey))
    .on("zoom", (event) => world.attr("transform", event.transform));
  const whole = document.getElementById("whole");
  let size = [0, 0], last = [], waiting = null, near = false;

  function draw(found) {
    const told = found.filter((item) => item.kind !== "production"); // those are told of elsewhere too
    const asked = whole.checked ? told : told.filter((item) => item.kind !== "unaffected");
    const all = (asked.length ? asked : told).slice().sort((a, b) => rank(a) - rank(b) || b.calls - a.calls);
    const total = new Set(all.map((item) => item.node.dataset.subject)).size;
    const kept = new Set();
    for (const item of all) if (kept.size < MOST) kept.add(item.node.dataset.subject);
    const subjects = all.filter((item) => kept.has(item.node.dataset.subject)).map(subject);
    const graph = linked(subjects);
    place(graph);
    paint(graph);
    list(subjects);
    document.getElementById("drawn").textContent = total > MOST ? `the worst ${MOST} of ${total.toLocaleString("en")} queries` : "";
    fit();
  }

  function rank(item) {
    return RANKS.indexOf(item.effect || item.kind);
  }

  function subject(item) {
    const node = item.node, sql = node.querySelector(".sql"), title = node.querySelector("h4");
    return {
      key: node.dataset.subject, id: node.id, effect: item.effect || item.kind, calls: item.calls, owner: owner(item),
      label: (title || sql).textContent.replace(/\s+/g, " ").trim(),
      places: Array.from(node.querySelectorAll(".place"), (each) => each.textContent),
      via: node.dataset.via ? node.dataset.via.split(" → ") : [],
    };
  }

  function owner(item) {
    if (item.effect) return [item.card.querySelector("h2").textContent];
    const options = document.getElementById("by-service").options;
    return item.services.filter(Boolean).map((number) => options[Number(number) + 1].text);
  }

  // Nodes by column and name, arrows between them; a node has the worst effect of what goes through it.
  function linked(subjects) {
    const nodes = new Map(), arrows = new Map();
    const node = (column, name, given) => {
      const key = column + " " + name;
      if (!nodes.has(key)) nodes.set(key, { key, column, name, before: new Set(), after: new Set(), ...given });
      return nodes.get(key);
    };
    const arrow = (from, to, effect) => {
      const key = from.key + "\n" + to.key;
      if (!arrows.has(key)) arrows.set(key, { from, to, effect });
      from.after.add(to);
      to.before.add(from);
    };
    const end = node("table", table, { effect: "table" });
    for (const each of subjects) {
      const query = node("query", each.key, { effect: each.effect, label: each.label, href: "#" + each.id });
      const places = each.places.slice(0, PLACES).map((name) => node("place", name, { effect: each.effect, href: "#" + each.id }));
      for (const name of each.owner) {
        const service = node("service", name, { effect: each.effect, service: name });
        for (const spot of places) arrow(service, spot, each.effect);
        if (!places.length) arrow(service, query, each.effect);
      }
      for (const spot of places) arrow(spot, query, each.effect);
      let last = query;
      for (const name of each.via) {
        const next = node("via", name, { effect: "table" });
        arrow(last, next, each.effect);
        last = next;
      }
      arrow(last, end, each.effect);
    }
    return { nodes: Array.from(nodes.values()), arrows: Array.from(arrows.values()) };
  }

  // A column of nodes after the other, each node near the middle of those before it.
  function place(graph) {
    let x = PAD, height = 0;
    for (const [column, width] of Object.entries(WIDTHS)) {
      const held = graph.nodes.filter((node) => node.column === column);
      if (!held.length) continue;
      for (const [index, node] of held.entries()) {
        const known = Array.from(node.before).filter((each) => each.y !== undefined).map((each) => each.y);
        node.wish = known.length ? known.reduce((a, b) => a + b) / known.length : index * ROW;
      }
      held.sort((a, b) => a.wish - b.wish);
      for (const [index, node] of held.entries()) Object.assign(node, { x, y: PAD + index * ROW, width });
      height = Math.max(height, held.length * ROW);
      x += width + GAP;
    }
    // A short column is spread over the height of the longest.
    for (const column of Object.keys(WIDTHS)) {
      const held = graph.nodes.filter((node) => node.column === column).sort((a, b) => a.y - b.y);
      for (const [index, node] of held.entries()) node.y = PAD + ((index + 0.5) * height) / held.length - ROW / 2;
    }
    size = [x - GAP + PAD, height + 2 * PAD];
  }

  function paint(graph) {
    world.selectAll("*").remove();
    world.append("g").selectAll("path").data(graph.arrows).join("path")
      .attr("class", (d) => "arrow " + d.effect).attr("d", curve);
    const nodes = world.append("g").selectAll("a").data(graph.nodes).join("a")
      .attr("class", (d) => "node " + d.effect).attr("href", (d) => d.href || "#graph")
      .attr("aria-label", (d) => `${d.column} ${d.label || d.name}`)
      .attr("transform", (d) => `translate(${d.x},${d.y})`)
      .on("mouseenter focus", (event, d) => trace(d)).on("mouseleave blur", () => trace(null))
      .on("click", choose);
    nodes.append("title").text((d) => d.label || d.name);
    nodes.append("rect").attr("width", (d) => d.width).attr("height", ROW - 6).attr("rx", 4);
    nodes.append("text").attr("x", 8).attr("y", (ROW - 6) / 2).text((d) => short(d.label || d.name, d.width, d.column === "place"));
  }

  function curve({ from, to }) {
    const [x, y] = [from.x + from.width, from.y + ROW / 2 - 3], [u, v] = [to.x, to.y + ROW / 2 - 3], half = (x + u) / 2;
    return `M${x},${y}C${half},${y} ${half},${v} ${u},${v}`;
  }

  // Of a file the end tells more than the beginning.
  function short(text, width, end) {
    const room = Math.floor((width - 16) / 6.7);
    if (text.length <= room) return text;
    return end ? "…" + text.slice(1 - room) : text.slice(0, room - 1) + "…";
  }

  function trace(node) {
    const on = new Set(node ? [...reached(node, "before"), ...reached(node, "after")] : []);
    svg.classed("traced", Boolean(node));
    world.selectAll(".node").classed("on", (d) => on.has(d));
    world.selectAll(".arrow").classed("on", (d) => on.has(d.from) && on.has(d.to));
  }

  function reached(node, way) {
    const found = new Set([node]);
    for (const each of found) for (const next of each[way]) found.add(next);
    return found;
  }

  function choose(event, d) {
    if (d.href) return;
    event.preventDefault();
    if (d.service) document.dispatchEvent(new CustomEvent("service", { detail: d.service }));
  }

  function list(subjects) {
    const rows = subjects.map((each) => {
      const row = document.createElement("tr"), link = document.createElement("a");
      link.href = "#" + each.id;
      link.textContent = each.label;
      for (const told of [each.owner.join(", "), each.places.join(", "), link, each.via.join(", "), each.effect]) {
        const cell = document.createElement("td");
        cell.append(told);
        row.append(cell);
      }
      return row;
    });
    document.querySelector("#arrows tbody").replaceChildren(...rows);
  }

  function fit(high) {
    const width = svg.node().clientWidth || size[0], height = svg.node().clientHeight || size[1];
    const scale = Math.min(1, width / size[0], high ? height / size[1] : 1);
    svg.call(zoom.transform, d3.zoomIdentity.translate(Math.max(0, (width - size[0] * scale) / 2), 0).scale(scale));
  }

  document.addEventListener("filtered", (event) => {
    waiting = event.detail;
    if (near) later();
  });
  const later = () => setTimeout(() => {
    if (waiting) draw((last = waiting));
    waiting = null;
  });
  whole.addEventListener("change", () => draw(last));
  // Only what can be seen is drawn.
  new IntersectionObserver((seen) => {
    near = seen.some((each) => each.isIntersecting);
    if (near) later();
  }, { rootMargin: "400px" }).observe(panel);

  panel.querySelector(".tools").addEventListener("click", (event) => {
    const way = event.target.dataset.zoom;
    if (way === "fit") fit(true);
    else if (way) svg.call(zoom.scaleBy, way === "in" ? 1.4 : 1 / 1.4);
  });
  window.addEventListener("beforeprint", () => {
    if (waiting) draw((last = waiting));
    waiting = null;
    svg.attr("viewBox", `0 0 ${size[0]} ${size[1]}`);
    world.attr("transform", null);
  });
  window.addEventListener("afterprint", () => {
    svg.attr("viewBox", null);
    fit();
  });
  svg.call(zoom).on("dblclick.zoom", null);
  panel.hidden = false;
})();
