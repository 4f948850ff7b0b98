"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const square = document.getElementById("square"), curve = document.getElementById("curve");
const slider = document.getElementById("at"), told = document.getElementById("told"), button = document.getElementById("play");
const sure = [[47, 111, 179], [224, 138, 46]], unsure = [255, 255, 255];
let timer = null;

function short(value) {
  return value === null ? "-" : Number(value.toPrecision(4)).toString();
}

// A number that fits beside the axis: 0.00028 is 2.8e-4.
function tick(value) {
  return value < 1e-2 || value >= 1e4 ? value.toExponential(1) : Number(value.toPrecision(2)).toString();
}

// White at 1/2, the colour of a class the surer it is.
function colour(said) {
  const side = sure[said < 0.5 ? 0 : 1], weight = Math.abs(said - 0.5) * 2;
  return side.map((each, place) => Math.round(unsure[place] + (each - unsure[place]) * weight * 0.85));
}

function drawSquare(frame) {
  const pen = square.getContext("2d"), size = data.size, bytes = atob(frame.said);
  const image = new ImageData(size, size);
  for (let cell = 0; cell < size * size; cell++) {
    const [red, green, blue] = colour(bytes.charCodeAt(cell) / 255);
    image.data.set([red, green, blue, 255], 4 * cell);
  }
  const small = document.createElement("canvas");
  small.width = small.height = size;
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, square.width, square.height);
  const scale = square.width / (2 * data.edge);
  for (const [x, y, which] of data.points) {
    const across = (x + data.edge) * scale, down = (data.edge - y) * scale;
    pen.lineWidth = 2;
    pen.strokeStyle = which ? "#7a3d00" : "#0b3a66";
    pen.beginPath();
    if (which) {
      pen.moveTo(across - 4, down - 4); pen.lineTo(across + 4, down + 4);
      pen.moveTo(across - 4, down + 4); pen.lineTo(across + 4, down - 4);
    } else {
      pen.arc(across, down, 4, 0, 2 * Math.PI);
    }
    pen.stroke();
  }
}

function drawCurve(frame) {
  const pen = curve.getContext("2d"), edge = 58, top = 28, bottom = 28;
  const width = curve.width - edge - 10, height = curve.height - top - bottom;
  const last = Math.max(1, data.losses[data.losses.length - 1][0]);
  const logs = data.losses.map(([, loss]) => Math.log10(Math.max(loss, 1e-12)));
  const low = Math.min(...logs), high = Math.max(...logs, low + 1e-9);
  const across = step => edge + width * step / last;
  const down = loss => top + height * (high - Math.log10(Math.max(loss, 1e-12))) / (high - low);
  pen.clearRect(0, 0, curve.width, curve.height);
  pen.strokeStyle = "#9aa5b1"; pen.lineWidth = 1;
  pen.strokeRect(edge, top, width, height);
  pen.fillStyle = "#52606d"; pen.font = "13px system-ui, sans-serif";
  pen.textAlign = "right";
  pen.fillText(tick(10 ** high), edge - 6, top + 10); pen.fillText(tick(10 ** low), edge - 6, top + height);
  pen.fillText(`${data.words.step} ${last}`, edge + width, top + height + 18);
  pen.textAlign = "left";
  pen.fillText(data.words["loss axis"], edge, top - 9);
  pen.strokeStyle = "#1f2933"; pen.lineWidth = 2; pen.beginPath();
  data.losses.forEach(([step, loss], place) => pen[place ? "lineTo" : "moveTo"](across(step), down(loss)));
  pen.stroke();
  pen.fillStyle = "#c0392b"; pen.beginPath(); pen.arc(across(frame.step), down(frame.loss), 5, 0, 2 * Math.PI); pen.fill();
}

// The largest gradient of all frames is a whole bar, and each power of ten below it a fifth less.
const largest = Math.max(...data.frames.flatMap(frame => frame.flow.map(([, value]) => value || 0)), 1e-300);
const flow = document.getElementById("flow");

function drawFlow(frame) {
  flow.replaceChildren(...frame.flow.map(([name, value]) => {
    const row = document.createElement("tr"), bar = document.createElement("div");
    bar.style.width = `${value > 0 ? Math.max(0, 100 * (1 + Math.log10(value / largest) / 5)) : 0}%`;
    for (const piece of [name, value > 0 && value < 1e-2 ? value.toExponential(1) : short(value), bar]) row.insertCell().append(piece);
    return row;
  }));
}

function show() {
  const frame = data.frames[Number(slider.value)];
  drawFlow(frame);
  drawSquare(frame);
  drawCurve(frame);
  told.textContent = `${data.words.step} ${frame.step} · ${data.words.loss} ${short(frame.loss)} · ${data.words.accuracy} ${short(frame.accuracy)}`;
}

function stop() {
  clearInterval(timer); timer = null; button.textContent = data.words.play;
}

button.addEventListener("click", () => {
  if (timer) { stop(); return; }
  if (Number(slider.value) >= data.frames.length - 1) slider.value = 0;
  button.textContent = data.words.pause;
  timer = setInterval(() => {
    slider.value = Number(slider.value) + 1;
    show();
    if (Number(slider.value) >= data.frames.length - 1) stop();
  }, 120);
});
slider.addEventListener("input", () => { stop(); show(); });
document.addEventListener("keydown", event => {
  if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
  if (document.activeElement === slider) return;
  slider.value = Number(slider.value) + (event.key === "ArrowRight" ? 1 : -1);
  stop(); show();
});
show();
