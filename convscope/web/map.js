"use strict";
// Everything foreign is put in as text: names of files and classes are never markup.
const content = JSON.parse(document.getElementById("content").textContent);
const { points, names, classes, labels, answers, answered, sure, sheet } = content;
const groups = content.by_label ? labels : answered;
const groupNames = content.by_label ? classes : answers;
const PALETTE = ["#2f7ed8", "#e0662b", "#2a9d5c", "#c93f7f", "#8a63d2", "#a8791a", "#17a2b8", "#d64541", "#7a8b2c", "#8c6d5c"];
const NONE = "#8894a0";
const CLOSEST = 40;

const map = document.getElementById("map");
const pen = map.getContext("2d");
const large = document.getElementById("large");
const smooth = document.body.classList.contains("smooth");
const hidden = new Set();
const view = { scale: 1, x: 0.5, y: 0.5 };
let picked = -1, hovered = -1, waiting = false;

function colourOf(group) {
  if (group < 0) return NONE;
  if (groupNames.length <= PALETTE.length) return PALETTE[group];
  return `hsl(${Math.round((group * 137.508) % 360)} 62% ${[46, 58, 38][group % 3]}%)`;
}

// Where things are: points lie in 0..1 with y upwards, the view's middle is in the map's middle

function reach() {
  return view.scale * 0.9 * Math.min(map.clientWidth, map.clientHeight);
}

function onMap(i) {
  const [x, y] = points[i], unit = reach();
  return [map.clientWidth / 2 + (x - view.x) * unit, map.clientHeight / 2 - (y - view.y) * unit];
}

function sizeOfThumbnail() {
  const room = 0.9 * Math.sqrt((map.clientWidth * map.clientHeight) / points.length);
  return Math.min(Math.max(room, 12), 44) * Math.min(view.scale ** 0.7, 5);
}

function isShown(i) {
  return !hidden.has(groups[i]);
}

function at(x, y, least) {
  const half = Math.max(sizeOfThumbnail() / 2, least);
  let best = -1, nearest = Infinity;
  points.forEach((_, i) => {
    if (!isShown(i)) return;
    const [px, py] = onMap(i), far = Math.max(Math.abs(px - x), Math.abs(py - y));
    if (far <= half && far < nearest) [best, nearest] = [i, far];
  });
  return best;
}

// Drawing

const pictures = new Image();
pictures.addEventListener("load", () => {
  map.dataset.ready = "true";
  redraw();
  tell();
});
pictures.src = sheet.address;

function cut(context, i, x, y, size) {
  const left = (i % sheet.columns) * sheet.side, top = Math.floor(i / sheet.columns) * sheet.side;
  context.drawImage(pictures, left, top, sheet.side, sheet.side, x, y, size, size);
}

function drawOne(i, size, line) {
  const [x, y] = onMap(i);
  if (x < -size || y < -size || x > map.clientWidth + size || y > map.clientHeight + size) return false;
  pen.fillStyle = colourOf(groups[i]);
  pen.fillRect(x - size / 2 - line, y - size / 2 - line, size + 2 * line, size + 2 * line);
  cut(pen, i, x - size / 2, y - size / 2, size);
  return true;
}

function draw() {
  waiting = false;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [map.clientWidth, map.clientHeight].map((side) => Math.round(side * ratio));
  if (map.width !== width || map.height !== height) [map.width, map.height] = [width, height];
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, map.clientWidth, map.clientHeight);
  if (!map.dataset.ready) return;
  const size = sizeOfThumbnail();
  pen.imageSmoothingEnabled = smooth || size * ratio < sheet.side * 1.5;
  let shown = 0;
  points.forEach((_, i) => { if (isShown(i) && drawOne(i, size, size < 20 ? 1.5 : 2.5)) shown += 1; });
  for (const i of [hovered, picked]) if (i >= 0 && isShown(i)) drawMarked(i, size);
  map.dataset.shown = shown;
  map.dataset.scale = view.scale.toFixed(3);
}

function drawMarked(i, size) {
  const [x, y] = onMap(i), larger = Math.max(size * 1.5, 34);
  pen.fillStyle = getComputedStyle(document.body).color;
  pen.fillRect(x - larger / 2 - 6, y - larger / 2 - 6, larger + 12, larger + 12);
  drawOne(i, larger, 4);
}

function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(draw);
}

function tell() {
  const i = picked >= 0 ? picked : hovered;
  const panel = document.getElementById("picked");
  const put = (name, text) => { panel.querySelector(name).textContent = text; };
  panel.dataset.picture = i;
  const context = large.getContext("2d");
  context.clearRect(0, 0, large.width, large.height);
  large.style.borderColor = i < 0 ? "" : colourOf(groups[i]);
  if (i < 0) {
    put(".label", "");
    put(".answer-of", "");
    put(".name-of", "Point at a picture.");
    return;
  }
  context.imageSmoothingEnabled = smooth;
  cut(context, i, 0, 0, large.width);
  put(".label", labels[i] < 0 ? "no label" : classes[labels[i]]);
  put(".answer-of", answered[i] < 0 ? "" : `The model says ${answers[answered[i]]} (${(100 * sure[i]).toFixed(1)} %).`);
  put(".name-of", names[i]);
}

// Moving

function keepInSight() {
  view.scale = Math.min(Math.max(view.scale, 1), CLOSEST);
  view.x = Math.min(Math.max(view.x, 0), 1);
  view.y = Math.min(Math.max(view.y, 0), 1);
  redraw();
}

function zoom(factor, x = map.clientWidth / 2, y = map.clientHeight / 2) {
  const before = reach();
  view.scale = Math.min(Math.max(view.scale * factor, 1), CLOSEST);
  const gained = 1 / before - 1 / reach();
  view.x += (x - map.clientWidth / 2) * gained;
  view.y -= (y - map.clientHeight / 2) * gained;
  keepInSight();
}

function move(right, down) {
  view.x -= right / reach();
  view.y += down / reach();
  keepInSight();
}

function showWhole() {
  Object.assign(view, { scale: 1, x: 0.5, y: 0.5 });
  keepInSight();
}

function pick(i) {
  picked = i;
  redraw();
  tell();
}

function step(by) {
  const order = points.map((_, i) => i).filter(isShown);
  if (!order.length) return;
  const place = order.indexOf(picked);
  const next = order[(place < 0 ? (by > 0 ? 0 : order.length - 1) : place + by + order.length) % order.length];
  const [x, y] = onMap(next);
  if (x < 0 || y < 0 || x > map.clientWidth || y > map.clientHeight) [view.x, view.y] = points[next];
  pick(next);
}

function pickMiddle() {
  const [x, y] = [map.clientWidth / 2, map.clientHeight / 2];
  pick(at(x, y, Infinity));
}

const KEYS = {
  ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0), ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60),
  "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: showWhole,
  Enter: pickMiddle, n: () => step(1), p: () => step(-1), Escape: () => pick(-1),
};

map.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, key)) return;
  event.preventDefault();
  KEYS[key]();
});

map.addEventListener("wheel", (event) => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) / 400), event.offsetX, event.offsetY);
}, { passive: false });

const fingers = new Map();
let moved = 0;

function place(event) {
  const edge = map.getBoundingClientRect();
  return [event.clientX - edge.left - map.clientLeft, event.clientY - edge.top - map.clientTop];
}

function spread() {
  const [[ax, ay], [bx, by]] = [...fingers.values()];
  return { far: Math.hypot(ax - bx, ay - by), x: (ax + bx) / 2, y: (ay + by) / 2 };
}

map.addEventListener("pointerdown", (event) => {
  map.setPointerCapture(event.pointerId);
  if (fingers.size === 0) moved = 0;
  if (fingers.size < 2) fingers.set(event.pointerId, place(event));
});

map.addEventListener("pointermove", (event) => {
  const now = place(event);
  if (!fingers.has(event.pointerId)) {
    const under = at(...now, 4);
    map.classList.toggle("over", under >= 0);
    if (under !== hovered) {
      hovered = under;
      redraw();
      tell();
    }
    return;
  }
  const before = fingers.get(event.pointerId), pair = fingers.size === 2 ? spread() : null;
  fingers.set(event.pointerId, now);
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  if (moved < 4) return;
  map.classList.add("dragged");
  if (!pair) {
    move(now[0] - before[0], now[1] - before[1]);
    return;
  }
  const after = spread();
  move(after.x - pair.x, after.y - pair.y);
  if (pair.far > 0) zoom(after.far / pair.far, after.x, after.y);
});

function lift(event) {
  if (!fingers.delete(event.pointerId) || fingers.size) return;
  map.classList.remove("dragged");
  if (event.type === "pointerup" && moved < 4) pick(at(...place(event), event.pointerType === "touch" ? 22 : 4));
}

map.addEventListener("pointerup", lift);
map.addEventListener("pointercancel", lift);
map.addEventListener("pointerleave", () => {
  if (fingers.size || hovered < 0) return;
  hovered = -1;
  redraw();
  tell();
});

document.getElementById("closer").addEventListener("click", () => zoom(1.6));
document.getElementById("farther").addEventListener("click", () => zoom(1 / 1.6));
document.getElementById("whole").addEventListener("click", showWhole);
window.addEventListener("resize", redraw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// The legend

const legend = document.getElementById("legend");

function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function entry(group, name, count) {
  const item = element("li"), button = element("button");
  button.type = "button";
  button.dataset.group = group;
  const swatch = element("span", "swatch");
  swatch.style.backgroundColor = colourOf(group);
  button.append(swatch, element("span", "", name), element("span", "count", count.toLocaleString("en")));
  button.addEventListener("click", () => {
    if (hidden.has(group)) hidden.delete(group); else hidden.add(group);
    follow();
  });
  item.append(button);
  return item;
}

function follow() {
  for (const button of legend.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(!hidden.has(Number(button.dataset.group))));
  }
  hovered = -1;
  if (picked >= 0 && !isShown(picked)) picked = -1;
  tell();
  redraw();
}

const counts = new Map();
for (const group of groups) counts.set(group, (counts.get(group) || 0) + 1);
const known = [...counts.keys()].sort((a, b) => (a < 0) - (b < 0) || a - b);
legend.append(...known.map((group) => entry(group, group < 0 ? "unknown" : groupNames[group], counts.get(group))));
document.getElementById("all").addEventListener("click", () => { hidden.clear(); follow(); });
document.getElementById("none").addEventListener("click", () => { known.forEach((group) => hidden.add(group)); follow(); });
follow();
