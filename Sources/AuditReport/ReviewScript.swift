/// The page's program: the list of suspicions, the image with its boxes, and what the annotator decides. It reads the
/// data block of the page alone, and writes text only as text.
enum ReviewScript {
    static let text = #"""
        "use strict";
        (() => {
        const holder = document.getElementById("review-data");
        if (!holder) return;
        const data = JSON.parse(holder.textContent);
        const $ = id => document.getElementById(id);
        const colours = data.colours, rowHeight = 76;
        const storeKey = "assay-decisions:" + data.key;
        const className = id => id >= 0 && id < data.classes.length ? data.classes[id] : "class " + id;
        const colour = id => colours[((id % colours.length) + colours.length) % colours.length];
        let decisions = {};
        // Served, the ledger keeps decisions; otherwise the browser does.
        const served = location.protocol === "http:";
        try { decisions = Object.assign({}, data.decisions, served ? {} : JSON.parse(localStorage.getItem(storeKey) || "{}")); } catch (e) { decisions = data.decisions; }
        const undone = [];
        let shown = [], at = 0, edit = null;
        const pictures = new Map();

        function picture(index, then) {
          let it = pictures.get(index);
          if (!it) {
            it = { element: new Image(), waiting: [] };
            it.element.onload = () => { it.ready = true; it.waiting.splice(0).forEach(f => f(it.element)); };
            it.element.src = data.images[index].src;
            pictures.set(index, it);
          }
          if (it.ready) then(it.element); else it.waiting.push(then);
        }
        let sending = Promise.resolve(), waiting = 0;
        window.addEventListener("beforeunload", event => { if (waiting) event.preventDefault(); });
        function load() {
          return fetch("decisions").then(r => r.json()).then(known => { decisions = known; progress(); draw(); })
            .catch(() => say("The server does not answer: start assay-report --serve again."));
        }
        function save(id) {
          progress();
          if (served) {
            const body = JSON.stringify(Object.assign({ id }, decisions[id]));
            // One after the other, so that the last word counts; what does not arrive is said.
            waiting += 1;
            sending = sending.then(() => fetch("decisions", { method: "POST", body, keepalive: true }))
              .then(r => { if (!r.ok) return r.text().then(t => { throw new Error(t); }); })
              .catch(e => say("Not kept: " + (e.message || "the server does not answer")))
              .then(() => { waiting -= 1; });
            return;
          }
          try { localStorage.setItem(storeKey, JSON.stringify(decisions)); } catch (e) { say("The browser keeps nothing: download before you leave."); }
        }
        function say(text) { $("review-status").textContent = text; }
        function progress() {
          const done = data.suspicions.filter(s => decisions[s.id]).length;
          $("review-progress").max = Math.max(1, data.suspicions.length);
          $("review-progress").value = done;
          $("review-done").textContent = done + " of " + data.suspicions.length + " decided";
        }
        function options(id, values, names) {
          for (const value of values) {
            const option = document.createElement("option");
            option.value = value;
            option.textContent = names ? names(value) : value;
            $(id).append(option);
          }
        }
        options("filter-kind", [...new Set(data.suspicions.map(s => s.kind))]);
        options("filter-class", [...new Set(data.suspicions.map(s => ownClass(s)).filter(c => c !== null))].sort((a, b) => a - b), className);
        options("filter-split", [...new Set(data.images.map(i => i.split))]);
        options("filter-fold", [...new Set(data.images.map(i => i.fold))].filter(f => f).sort((a, b) => a - b));
        options("edit-class", data.classes.map((_, i) => i), className);

        function label(s) { return s.line === null ? null : data.images[s.image].labels.find(l => l[0] === s.line) || null; }
        function ownClass(s) { const l = label(s); return l ? l[1] : s.box ? s.box[0] : null; }
        function area(s) { const b = place(s); return b ? b[2] * b[3] : 1; }
        function place(s) { const l = label(s); return s.box ? s.box.slice(1) : l ? l.slice(2) : null; }

        function filter() {
          const kind = $("filter-kind").value, one = $("filter-class").value, split = $("filter-split").value, fold = $("filter-fold").value;
          const state = $("filter-state").value, least = Number($("filter-score").value), size = $("filter-size").value;
          const words = $("filter-text").value.trim().toLowerCase();
          const kept = shown[at];
          shown = data.suspicions.filter(s => {
            const image = data.images[s.image], d = decisions[s.id], a = Math.sqrt(area(s));
            return (!kind || s.kind === kind) && (one === "" || String(ownClass(s)) === one)
              && (!split || image.split === split) && (!fold || String(image.fold) === fold) && s.probability >= least
              && (!size || (size === "small" ? a < 0.05 : size === "large" ? a >= 0.2 : a >= 0.05 && a < 0.2))
              && (!state || (state === "open" ? !d : d && d.decision === state))
              && (!words || image.name.toLowerCase().includes(words));
          });
          const by = $("sort").value;
          const value = {
            toxicity: s => s.probability * s.impact, probability: s => s.probability, impact: s => s.impact,
            loss: s => data.images[s.image].loss, gradient: s => data.images[s.image].gradient }[by];
          const order = new Map(shown.map((s, i) => [s, i]));
          shown.sort((a, b) => value(b) - value(a) || order.get(a) - order.get(b));
          const again = shown.indexOf(kept);
          at = again >= 0 ? again : 0;
          $("review-count").textContent = shown.length + " shown";
          $("review-list-inner").style.height = shown.length * rowHeight + "px";
          rows.clear();
          $("review-list-inner").replaceChildren();
          reveal();
          draw();
        }

        const rows = new Map();
        function list() {
          const box = $("review-list"), inner = $("review-list-inner");
          const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 4);
          const last = Math.min(shown.length, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + 4);
          for (const [index, row] of rows) if (index < first || index >= last) { row.remove(); rows.delete(index); }
          for (let index = first; index < last; index++) if (!rows.has(index)) { const row = item(index); rows.set(index, row); inner.append(row); }
          for (const [index, row] of rows) {
            row.setAttribute("aria-selected", index === at);
            const d = decisions[shown[index].id];
            row.dataset.state = d ? d.decision : "";
            row.querySelector(".mark").textContent = d ? { accept: "✓", reject: "✗", unsure: "?" }[d.decision] : "";
          }
          box.setAttribute("aria-activedescendant", shown.length ? "s" + at : "");
        }
        function item(index) {
          const s = shown[index], image = data.images[s.image];
          const row = document.createElement("div");
          row.className = "review-row";
          row.id = "s" + index;
          row.setAttribute("role", "option");
          row.style.top = index * rowHeight + "px";
          const crop = document.createElement("canvas");
          crop.width = crop.height = 64;
          crop.setAttribute("aria-hidden", "true");
          picture(s.image, element => thumbnail(crop, element, s));
          const text = document.createElement("div");
          const head = document.createElement("div");
          head.className = "review-head";
          head.textContent = Math.round(s.probability * 100) + " % " + s.kind + (ownClass(s) === null ? "" : " · " + className(ownClass(s)));
          const name = document.createElement("bdi");
          name.textContent = image.name + (s.line === null ? "" : ":" + s.line);
          text.append(head, name);
          const mark = document.createElement("span");
          mark.className = "mark";
          row.append(crop, text, mark);
          row.addEventListener("click", () => { at = index; reveal(); draw(); });
          return row;
        }
        function thumbnail(canvas, element, s) {
          const c = canvas.getContext("2d"), b = place(s) || [0.5, 0.5, 1, 1];
          const w = element.naturalWidth, h = element.naturalHeight;
          const side = Math.max(24, 1.6 * Math.max(b[2] * w, b[3] * h));
          const x = b[0] * w - side / 2, y = b[1] * h - side / 2, k = 64 / side;
          c.fillStyle = "#222";
          c.fillRect(0, 0, 64, 64);
          c.drawImage(element, x, y, side, side, 0, 0, 64, 64);
          const box = (v, style, dash) => {
            c.strokeStyle = style; c.lineWidth = 2; c.setLineDash(dash);
            c.strokeRect((v[0] * w - v[2] * w / 2 - x) * k, (v[1] * h - v[3] * h / 2 - y) * k, v[2] * w * k, v[3] * h * k);
          };
          const l = label(s);
          if (l) box(l.slice(2), colour(l[1]), []);
          if (s.box) box(s.box.slice(1), "#fff", [4, 3]);
        }
        function reveal() {
          const box = $("review-list"), top = at * rowHeight;
          if (top < box.scrollTop) box.scrollTop = top;
          if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
          list();
        }

        // The row that accepting writes: [class, cx, cy, w, h], or null for none.
        function result(s) {
          const d = decisions[s.id];
          if (edit && edit.id === s.id) return edit.row;
          if (d && d.decision === "accept") return d.row;
          return s.box ? s.box.slice() : null;
        }
        const canvas = $("review-canvas");
        let view = null;
        function draw() {
          const s = shown[at];
          $("review-detail").hidden = !s;
          $("review-empty").hidden = !!s;
          if (!s) return;
          const image = data.images[s.image], row = result(s);
          $("review-name").textContent = image.name + (s.line === null ? "" : ", row " + s.line);
          $("review-why").textContent = s.why;
          $("review-figures").textContent = "probability " + (100 * s.probability).toFixed(0) + " %, impact " + (100 * s.impact).toFixed(2)
            + " %, loss of the image " + (image.loss || 0).toFixed(3) + ", gradient " + (image.gradient || 0).toFixed(2);
          const d = decisions[s.id];
          $("review-decision").textContent = d ? "decided: " + d.decision : "not decided yet";
          $("edit-class").value = String(row ? row[0] : (label(s) || [0, 0])[1]);
          picture(s.image, element => {
            if (shown[at] !== s) return;
            const w = element.naturalWidth, h = element.naturalHeight;
            const room = Math.max(200, canvas.parentElement.clientWidth), tall = Math.max(240, Math.min(window.innerHeight * 0.62, 760));
            let x = 0, y = 0, width = w, height = h;
            if ($("zoom").checked && place(s)) {
              const b = place(s), side = Math.max(40, 3.2 * Math.max(b[2] * w, b[3] * h));
              x = Math.max(0, Math.min(w - side, b[0] * w - side / 2)); y = Math.max(0, Math.min(h - side, b[1] * h - side / 2));
              width = Math.min(side, w - x); height = Math.min(side, h - y);
            }
            const k = Math.min(room / width, tall / height);
            const ratio = window.devicePixelRatio || 1;
            canvas.width = Math.round(width * k * ratio); canvas.height = Math.round(height * k * ratio);
            canvas.style.width = width * k + "px"; canvas.style.height = height * k + "px";
            view = { x, y, k, w, h };
            const c = canvas.getContext("2d");
            c.setTransform(ratio, 0, 0, ratio, 0, 0);
            c.imageSmoothingEnabled = k < 3;
            c.drawImage(element, x, y, width, height, 0, 0, width * k, height * k);
            c.font = "12px system-ui, sans-serif";
            const box = (b, style, thick, dash, text, faint) => {
              const left = (b[0] * w - b[2] * w / 2 - x) * k, top = (b[1] * h - b[3] * h / 2 - y) * k;
              c.globalAlpha = faint ? 0.55 : 1;
              c.strokeStyle = style; c.lineWidth = thick; c.setLineDash(dash);
              c.strokeRect(left, top, b[2] * w * k, b[3] * h * k);
              if (text) {
                const wide = c.measureText(text).width + 8;
                c.fillStyle = "#000b"; c.fillRect(left, top - 17 < 0 ? top : top - 17, wide, 17);
                c.fillStyle = style; c.fillText(text, left + 4, (top - 17 < 0 ? top : top - 17) + 12.5);
              }
              c.globalAlpha = 1;
            };
            if ($("predictions").checked) for (const p of image.predictions) box(p.slice(2), "#dfe6ee", 1, [2, 3], className(p[0]) + " " + p[1].toFixed(2), true);
            for (const l of image.labels) if (!s.line || l[0] !== s.line) box(l.slice(2), colour(l[1]), 1.5, [], className(l[1]), true);
            const own = label(s);
            const moved = !own || !row || row.slice(1).some((v, i) => Math.abs(v - own[i + 2]) > 1e-4);
            if (own) box(own.slice(2), colour(own[1]), 3, [], moved ? className(own[1]) : "");
            if (row) {
              box(row.slice(1), "#ffffff", 2.5, [7, 4], (moved ? "→ " : className(own[1]) + " → ") + className(row[0]));
              c.setLineDash([]); c.fillStyle = "#fff";
              for (const [hx, hy] of corners(row)) c.fillRect(hx - 3.5, hy - 3.5, 7, 7);
            } else if (own) {
              const b = own.slice(2), left = (b[0] * w - b[2] * w / 2 - x) * k, top = (b[1] * h - b[3] * h / 2 - y) * k;
              c.strokeStyle = "#ff453a"; c.lineWidth = 2.5; c.setLineDash([]);
              c.beginPath(); c.moveTo(left, top); c.lineTo(left + b[2] * w * k, top + b[3] * h * k);
              c.moveTo(left + b[2] * w * k, top); c.lineTo(left, top + b[3] * h * k); c.stroke();
            }
          });
          list();
          for (const next of [at + 1, at + 2, at + 3]) if (shown[next]) picture(shown[next].image, () => {});
        }
        function corners(row) {
          const { x, y, k, w, h } = view, out = [];
          for (const sx of [-1, 1]) for (const sy of [-1, 1])
            out.push([(row[1] * w + sx * row[3] * w / 2 - x) * k, (row[2] * h + sy * row[4] * h / 2 - y) * k, sx, sy]);
          return out;
        }
        let drag = null;
        canvas.addEventListener("pointerdown", event => {
          const s = shown[at];
          if (!s || !view || s.kind === "image") return;
          let row = result(s);
          const own = label(s);
          if (!row && own) row = own.slice(1);
          if (!row) return;
          row = row.slice();
          const mx = event.offsetX, my = event.offsetY;
          const corner = corners(row).find(c => Math.hypot(c[0] - mx, c[1] - my) < 12);
          const { x, y, k, w, h } = view;
          const px = (mx / k + x) / w, py = (my / k + y) / h;
          const inside = Math.abs(px - row[1]) < row[3] / 2 && Math.abs(py - row[2]) < row[4] / 2;
          if (!corner && !inside) return;
          drag = { id: s.id, row, px, py, from: row.slice(), corner };
          canvas.setPointerCapture(event.pointerId);
          event.preventDefault();
        });
        canvas.addEventListener("pointermove", event => {
          if (!drag) return;
          const { x, y, k, w, h } = view, px = (event.offsetX / k + x) / w, py = (event.offsetY / k + y) / h;
          const f = drag.from, clamp = v => Math.min(1, Math.max(0, v));
          let left = f[1] - f[3] / 2, right = f[1] + f[3] / 2, top = f[2] - f[4] / 2, bottom = f[2] + f[4] / 2;
          if (drag.corner) {
            if (drag.corner[2] < 0) left = clamp(px); else right = clamp(px);
            if (drag.corner[3] < 0) top = clamp(py); else bottom = clamp(py);
          } else {
            const dx = Math.min(1 - right, Math.max(-left, px - drag.px)), dy = Math.min(1 - bottom, Math.max(-top, py - drag.py));
            left += dx; right += dx; top += dy; bottom += dy;
          }
          if (left > right) [left, right] = [right, left];
          if (top > bottom) [top, bottom] = [bottom, top];
          edit = { id: drag.id, row: [f[0], (left + right) / 2, (top + bottom) / 2, Math.max(right - left, 1 / w), Math.max(bottom - top, 1 / h)] };
          draw();
        });
        canvas.addEventListener("pointerup", () => { if (drag && edit) decide("accept", edit.row, false); drag = null; });

        function decide(decision, row, moves) {
          const s = shown[at];
          if (!s) return;
          const own = label(s);
          undone.push({ id: s.id, before: decisions[s.id] });
          decisions[s.id] = {
            decision, image: data.images[s.image].name, line: s.line, kind: s.kind,
            label: own ? own.slice(1) : null, row: decision === "accept" ? (row === undefined ? result(s) : row) : null };
          edit = null;
          save(s.id);
          say(decision + ": " + data.images[s.image].name + (s.line === null ? "" : " row " + s.line));
          if (moves !== false) step(1); else draw();
        }
        function undo() {
          const last = undone.pop();
          if (!last) { say("Nothing to undo."); return; }
          if (last.before) decisions[last.id] = last.before; else delete decisions[last.id];
          edit = null;
          const index = shown.findIndex(s => s.id === last.id);
          if (index >= 0) at = index;
          save(last.id); reveal(); draw();
          say("Undone.");
        }
        function step(by) { if (!shown.length) return; at = Math.min(shown.length - 1, Math.max(0, at + by)); edit = null; reveal(); draw(); }
        function choose(id) {
          const s = shown[at];
          if (!s || id >= data.classes.length) return;
          const own = label(s), row = result(s) || (own ? own.slice(1) : null);
          if (row) decide("accept", [id, ...row.slice(1)], false);
        }
        function download() {
          const out = { format: "assay-decisions", version: 1, dataset: data.dataset, key: data.key,
            decisions: Object.keys(decisions).sort().map(id => ({ id, ...decisions[id] })) };
          const link = document.createElement("a");
          link.href = URL.createObjectURL(new Blob([JSON.stringify(out, null, 1) + "\n"], { type: "application/json" }));
          link.download = "decisions.json";
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 1000);
          say(out.decisions.length + " decisions downloaded; now: assay-report apply PLAN decisions.json");
        }
        $("accept").addEventListener("click", () => decide("accept"));
        $("remove").addEventListener("click", () => decide("accept", null));
        $("reject").addEventListener("click", () => decide("reject"));
        $("unsure").addEventListener("click", () => decide("unsure"));
        $("undo").addEventListener("click", undo);
        $("download").addEventListener("click", download);
        $("edit-class").addEventListener("change", event => choose(Number(event.target.value)));
        for (const id of ["filter-kind", "filter-class", "filter-split", "filter-fold", "filter-state", "filter-size", "sort"]) $(id).addEventListener("change", filter);
        for (const id of ["filter-text", "filter-score"]) $(id).addEventListener("input", filter);
        for (const id of ["zoom", "predictions"]) $(id).addEventListener("change", draw);
        $("review-list").addEventListener("scroll", list, { passive: true });
        window.addEventListener("resize", () => { list(); draw(); });
        // Another tab decides as well: both see everything.
        window.addEventListener("storage", event => {
          if (event.key !== storeKey) return;
          try { decisions = JSON.parse(event.newValue || "{}"); } catch (e) { return; }
          progress(); draw();
        });
        document.addEventListener("keydown", event => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const tag = event.target.tagName;
          if (event.key === "Escape") { event.target.blur(); return; }
          if (tag === "INPUT" && event.target.type !== "checkbox" || tag === "SELECT" || tag === "TEXTAREA") return;
          const keys = {
            j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), a: () => decide("accept"),
            r: () => decide("reject"), u: () => decide("unsure"), d: () => decide("accept", null), z: undo,
            f: () => { $("zoom").checked = !$("zoom").checked; draw(); }, p: () => { $("predictions").checked = !$("predictions").checked; draw(); },
            s: download, "/": () => $("filter-text").focus(), Home: () => step(-1e9), End: () => step(1e9) };
          const inReview = event.target === document.body || $("review").contains(event.target);
          if (!inReview) return;
          if (event.key >= "0" && event.key <= "9") { choose(Number(event.key)); event.preventDefault(); return; }
          if (keys[event.key]) { keys[event.key](); event.preventDefault(); }
        });
        progress();
        filter();
        if (served) { load(); window.addEventListener("focus", load); }
        })();
        """#
}
