// Sürgülü şekil: düğmeler döner, formül hesaplar, görünümler çizer. Sayılar torch'tan gelir; buradaki
// formüller torch'takilerle karşılaştırılır (tests/reading/test_sliders.py).

const sigmoid = (v) => 1 / (1 + Math.exp(-v));
const hard = (v) => Math.min(1, Math.max(0, v / 6 + 0.5));
const GATES = {
  sigmoid: [sigmoid, (v) => sigmoid(v) * (1 - sigmoid(v))],
  hardsigmoid: [hard, (v) => (Math.abs(v) < 3 ? 1 / 6 : 0)],
};

// (veri, düğmelerin değerleri, düğmelerin sırası) -> ad: sayı ya da sayı dizisi
export const formulas = {
  // torch'un önceden hesapladığı kareler: düğmelerin yeri hangisini seçiyorsa o
  frames({ frames, sizes }, _values, at) {
    const chosen = at.reduce((sum, a, k) => sum * sizes[k] + a, 0);
    return Object.fromEntries(Object.entries(frames).map(([name, all]) => [name, all[chosen]]));
  },
  // miksaj masası: her harita kendi düğmesiyle çarpılır, sonra toplanır
  desk({ maps, region }, gains) {
    const mix = maps[0].map((_, p) => maps.reduce((sum, map, c) => sum + gains[c] * map[p], 0));
    const mean = (wanted) => {
      const part = mix.filter((_, p) => region[p] === wanted);
      return part.reduce((sum, v) => sum + v, 0) / part.length;
    };
    return { mix, ratio: mean(0) > 0 ? mean(1) / mean(0) : 0 };
  },
  // sıcaklık: kapının eğrisi ve eğimi, bir parçanın maskelerinin dağılımı
  gate({ gates, grid, scores, bins }, [T, chosen]) {
    const [open, slope] = GATES[gates[chosen]];
    const counts = new Array(bins).fill(0);
    let closed = 0, opened = 0, steep = 0;
    for (const z of scores) {
      const mask = open(z / T);
      counts[Math.min(bins - 1, Math.floor(mask * bins))] += 1;
      closed += mask < 0.05;
      opened += mask > 0.95;
      steep += slope(z / T) / T;
    }
    return {
      curve: grid.map((z) => open(z / T)), slope: grid.map((z) => slope(z / T) / T), counts,
      stuck: (100 * (closed + opened)) / scores.length, steep: steep / scores.length,
    };
  },
  // karışım: girdi ile dikkatten geçmişi, alpha payıyla
  blend({ maps: [before, after] }, [alpha]) {
    const mean = (map) => map.reduce((sum, v) => sum + v, 0) / map.length;
    const mix = before.map((v, p) => (1 - alpha) * v + alpha * after[p]);
    return { mix, left: (100 * mean(mix)) / mean(before) };
  },
  // yayımlanan tohumlar: yalnız onların ortalaması, çeşit çeşit, ve birinci çıkan
  published({ runs, names }, ticks) {
    const kept = ticks.reduce((sum, t) => sum + t, 0);
    const means = runs.map((row) => row.reduce((sum, v, s) => sum + ticks[s] * v, 0) / Math.max(1, kept));
    const best = kept ? names[means.indexOf(Math.max(...means))] : "yok";
    return { kept, best, means, ...Object.fromEntries(means.map((v, i) => [`m${i}`, [v, v]])) };
  },
  // dal: ağırlıkları eşit k×k çekirdek, d genişletmeyle, p pikselde bir yinelenen çizgilere bakıyor
  reach({ size, dimmed }, [k, d, p]) {
    const half = (size - 1) / 2, edge = (d * (k - 1)) / 2;
    const line = (c) => Math.abs(Math.floor((2 * c) / p) % 2);
    const tap = (o) => Math.abs(o) <= edge && o % d === 0;
    const columns = Array.from({ length: size }, (_, c) => c);
    const response = columns.map((c) => {
      let sum = 0;
      for (let o = -edge; o <= edge; o += d) sum += line(c + o);
      return sum / k;
    });
    const seen = columns.flatMap((r) => columns.map((c) =>
      tap(r - half) && tap(c - half) ? line(c) : 0.5 + dimmed * (line(c) - 0.5)));
    return { seen, response, reach: 2 * edge + 1, points: k * k,
      low: Math.min(...response), high: Math.max(...response) };
  },
};

// "{T}" düğmenin yazısı, "{best}" formülün sözü, "{stuck:0}" formülün sayısı (basamağıyla)
export const said = (text, knobs, at, out) =>
  text.replace(/\{(\w+)(?::(\d))?\}/g, (_, name, digits) => {
    const k = knobs.findIndex((knob) => knob.name === name);
    if (k >= 0) return knobs[k].texts[at[k]];
    return typeof out[name] === "string" ? out[name] : comma(out[name], digits ?? 2);
  });

const comma = (v, digits) => v.toFixed(digits).replace("-", "−").replace(".", ",");

const SVG = "http://www.w3.org/2000/svg";
const make = (tag, attributes = {}, ...children) => {
  const svg = ["svg", "path", "rect", "text", "line"].includes(tag);
  const node = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const unpacked = ({ u8, low, high }) =>
  Array.from(atob(u8), (c) => low + ((high - low) * c.charCodeAt(0)) / 255);

// --- görünümler: kur(görünüm) -> [düğüm, çiz(sonuç)] ---------------------------------------------
const views = {
  image({ of, shape: [height, width], low, high, colors, title, size, crisp }) {
    const canvas = make("canvas", { width, height, "aria-hidden": "true" });
    canvas.style.cssText = `width:${size}px;max-width:100%;image-rendering:${crisp ? "pixelated" : "auto"}`;
    const pen = canvas.getContext("2d");
    const pixels = pen.createImageData(width, height);
    const figure = make("div", {}, make("div", {}, title), canvas);
    return [figure, (out) => {
      out[of].forEach((v, p) => {
        const at = Math.min(1, Math.max(0, (v - low) / (high - low))) * (colors.length - 1);
        const [a, b] = [colors[Math.floor(at)], colors[Math.ceil(at)]];
        for (let k = 0; k < 3; k++) pixels.data[4 * p + k] = a[k] + (b[k] - a[k]) * (at % 1);
        pixels.data[4 * p + 3] = 255;
      });
      pen.putImageData(pixels, 0, 0);
    }];
  },
  bars({ of, names, high, color, empty, title }) {
    const rows = names.map((name) => {
      const bar = make("div"), value = make("span");
      bar.style.cssText = `background:${color};height:12px`;
      const track = make("div", {}, bar);
      track.style.cssText = `flex:1;background:${empty}`;
      value.style.cssText = "width:3.5em;text-align:right";
      const label = make("span", {}, name);
      label.style.cssText = "width:8em";
      const row = make("div", {}, label, track, value);
      row.style.cssText = "display:flex;align-items:center;gap:6px";
      return [row, bar, value];
    });
    const box = make("div", {}, make("div", {}, title), ...rows.map(([row]) => row));
    box.style.cssText = "min-width:18em;flex:1";
    return [box, (out) => rows.forEach(([, bar, value], i) => {
      bar.style.width = `${Math.min(100, Math.max(0, (100 * out[of][i]) / high))}%`;
      value.textContent = comma(out[of][i], 2);
    })];
  },
  plot({ x, lines = [], columns, xlim, ylim, xticks, yticks, xlabel, title, size }) {
    const W = size, H = 180, left = 34, bottom = 148, top = 8, right = W - 8;
    const px = (v) => left + ((v - xlim[0]) / (xlim[1] - xlim[0])) * (right - left);
    const py = (v) => bottom - ((Math.max(ylim[0], Math.min(v, ylim[1])) - ylim[0]) / (ylim[1] - ylim[0])) * (bottom - top);
    const text = (label, at) => make("text", { "font-size": 11, fill: "currentColor", ...at }, label);
    const svg = make("svg", { viewBox: `0 0 ${W} ${H}`, width: W, "aria-hidden": "true" },
      make("path", { d: `M${left} ${top}V${bottom}H${right}`, fill: "none", stroke: "currentColor" }),
      ...xticks.map(([v, label]) => text(label, { x: px(v), y: bottom + 13, "text-anchor": "middle" })),
      ...yticks.map(([v, label]) => text(label, { x: left - 4, y: py(v) + 4, "text-anchor": "end" })),
      text(xlabel, { x: (left + right) / 2, y: H - 4, "text-anchor": "middle" }));
    svg.style.maxWidth = "100%";
    const bars = (columns ? columns.at : []).map((v) => svg.appendChild(make("rect", {
      x: px(v), width: Math.max(1, px(v + columns.width) - px(v) - 1), fill: columns.color })));
    const paths = lines.map(({ color }) => svg.appendChild(make("path", {
      fill: "none", stroke: color, "stroke-width": 2 })));
    return [make("div", {}, make("div", {}, title), svg), (out) => {
      bars.forEach((bar, i) => {
        bar.setAttribute("y", py(out[columns.of][i]));
        bar.setAttribute("height", bottom - py(out[columns.of][i]));
      });
      paths.forEach((path, i) => path.setAttribute(
        "d", "M" + out[lines[i].of].map((v, j) => `${px((lines[i].x ?? x)[j]).toFixed(1)} ${py(v).toFixed(1)}`).join("L")));
    }];
  },
};

// --- bütün şekil ---------------------------------------------------------------------------------
export function mount(root) {
  root.dataset.live = "";
  const spec = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  if (spec.data.maps) spec.data.maps = spec.data.maps.map(unpacked);
  const { knobs, presets, formula, data, accent } = spec;

  const inputs = knobs.map(({ label, texts, start }) => {
    const input = make("input", { type: "range", min: 0, max: texts.length - 1, step: 1, "aria-label": label });
    input.value = start;
    input.style.cssText = `flex:1;min-width:6em;accent-color:${accent}`;
    input.addEventListener("input", refresh);
    return input;
  });
  const shown = knobs.map(() => make("output"));
  const desk = make("div", {}, ...knobs.map(({ label }, k) => {
    const name = make("span", {}, label);
    name.style.width = "9em";
    shown[k].style.width = "3.5em";
    const row = make("label", {}, name, inputs[k], shown[k]);
    row.style.cssText = "display:flex;align-items:center;gap:6px";
    return row;
  }), ...presets.map(({ label, at }) => {
    const button = make("button", { type: "button" }, label);
    button.style.cssText = "margin:6px 6px 0 0";
    button.addEventListener("click", () => { inputs.forEach((input, k) => { input.value = at[k]; }); refresh(); });
    return button;
  }));
  desk.style.cssText = `min-width:0;flex:1 1 ${knobs.length > 2 ? "18em" : "100%"}`;

  const drawn = spec.views.map((view) => views[view.kind](view));
  const sentence = make("p", { "aria-live": "polite" });
  const table = make("table"), fold = make("details", {}, make("summary", {}, "Değerler"), table);
  const stage = make("div", {}, desk, ...drawn.map(([node]) => node));
  stage.style.cssText = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start";
  root.querySelector("img").replaceWith(stage, sentence, fold);

  function refresh() {
    const at = inputs.map((input) => Number(input.value));
    const out = formulas[formula](data, at.map((a, k) => knobs[k].values[a]), at);
    at.forEach((a, k) => {
      inputs[k].setAttribute("aria-valuetext", knobs[k].texts[a]);
      shown[k].textContent = knobs[k].texts[a];
    });
    drawn.forEach(([, draw]) => draw(out));
    sentence.textContent = said(spec.say, knobs, at, out);
    table.replaceChildren(...spec.table.map(({ name, of, index, digits }) => {
      const value = index === null ? out[of] : out[of][index];
      return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, comma(value, digits)));
    }));
  }
  refresh();
}

if (typeof document !== "undefined") document.querySelectorAll("[data-surgu]:not([data-live])").forEach(mount);
