"use strict";
// Everything foreign is put in as text: names of files and classes are never markup.
const content = JSON.parse(document.getElementById("content").textContent);

function show(image, key) {
  const address = content.pictures[key];
  if (address) image.src = address;
}

for (const image of document.querySelectorAll("img[data-picture]")) show(image, image.dataset.picture);

function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// The images behind a number of the confusion matrix
const panel = document.getElementById("cell");
let chosen = null;

function open(button) {
  close();
  chosen = button;
  button.setAttribute("aria-pressed", "true");
  panel.querySelector("h3").textContent = button.getAttribute("aria-label");
  const list = panel.querySelector("ul");
  const images = content.cells[button.dataset.cell] || [];
  list.replaceChildren(...images.map(({ picture, name, probability }) => {
    const entry = element("li");
    const image = element("img", "thumbnail");
    image.alt = name;
    show(image, picture);
    const label = element("span", "name", name);
    label.title = name;
    entry.append(image, element("span", "said", probability), label);
    return entry;
  }));
  const more = Number(button.textContent) - images.length;
  panel.querySelector(".more").textContent =
    images.length === 0 ? "No picture of these is in this page."
      : more > 0 ? `${more} more are not in this page; the surest come first.` : "";
  panel.hidden = false;
}

function close() {
  if (chosen) chosen.removeAttribute("aria-pressed");
  panel.hidden = true;
}

function goBack() {
  close();
  chosen.focus();
}

function bindCells(table) {
  const buttons = [...table.querySelectorAll("button[data-cell]")];
  buttons.forEach((button, i) => { button.tabIndex = i === 0 ? 0 : -1; });
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-cell]");
    if (!button) return;
    focus(button);
    if (button === chosen && !panel.hidden) close(); else { open(button); panel.scrollIntoView({ block: "nearest" }); }
  });
  table.addEventListener("keydown", (event) => {
    const button = event.target.closest("button[data-cell]");
    const next = button && neighbour(button, event.key);
    if (!next) return;
    event.preventDefault();
    focus(next);
  });

  function focus(button) {
    buttons.forEach((each) => { each.tabIndex = each === button ? 0 : -1; });
    button.focus();
  }

  function neighbour(button, key) {
    const [row, column] = button.dataset.cell.split("-").map(Number);
    const at = (each) => each.dataset.cell.split("-").map(Number);
    if (table.tagName !== "TABLE") {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[key];
      return step && buttons[buttons.indexOf(button) + step];
    }
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    if (!(key in steps)) return null;
    const [down, right] = steps[key];
    // the next number in that row or column, or else the nearest one on that side
    const distances = buttons.map((each) => {
      const [r, c] = at(each);
      const along = down * (r - row) + right * (c - column);
      const aside = Math.abs(down ? c - column : r - row);
      return { each, along, order: aside * buttons.length + along };
    });
    return distances.filter(({ along }) => along > 0).sort((a, b) => a.order - b.order)[0]?.each;
  }
}

for (const table of document.querySelectorAll("[data-cells]")) bindCells(table);
panel.querySelector(".close").addEventListener("click", goBack);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) goBack();
});

// The film: one frame per epoch
const slider = document.getElementById("epoch");
if (slider) {
  const showFrame = () => {
    const frame = content.film[Number(slider.value)];
    document.getElementById("epoch-words").textContent = frame.words;
    slider.setAttribute("aria-valuetext", frame.words);
    const filters = document.getElementById("film-filters");
    filters.closest("figure").hidden = !frame.filters;
    if (frame.filters) filters.src = frame.filters;
    const table = document.getElementById("film-confusion");
    table.closest("figure").hidden = !frame.confusion;
    const heading = element("tr");
    heading.append(element("th", "corner", "truth \\ answer"), ...content.class_names.map((name) => {
      const cell = element("th");
      cell.append(element("span", "", name));
      return cell;
    }));
    table.createTHead().replaceChildren(heading);
    const body = table.tBodies[0] || table.createTBody();
    body.replaceChildren(...(frame.confusion || []).map((row, i) => {
      const line = element("tr");
      line.append(element("th", "", content.class_names[i]));
      for (const [count, shade] of row) line.append(element("td", `filled ${shade}`, count || ""));
      return line;
    }));
  };
  slider.addEventListener("input", showFrame);
  showFrame();
}
