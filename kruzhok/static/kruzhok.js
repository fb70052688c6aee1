// Kruzhok's only script, and every page works without it. It saves what is typed while it is typed, moves the rows of an ordering
// in place, shows a preview, and takes the words one chooses in a text. It says nothing of its own: its words and signs are the
// page's templates and data- attributes.

const PAUSE = 600; // ms after the last change
const WAITS = [2, 5, 10, 20, 30]; // seconds between tries, the last for good
const PATIENCE = 15000; // ms until a silent server counts as none
const KEPT_FOR = 30 * 24 * 3600 * 1000;

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// randomUUID exists only where the address is https or localhost; a study group may well read over plain http.
const once = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
  (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

// What is not saved yet is kept in this browser, under whose it is: computers are shared.
const kept = {
  key: (path, user = document.body.dataset.user ?? "") => `kept:${user}:${path}`,
  read(path) {
    try {
      const visitors = localStorage.getItem(this.key(path, ""));
      if (visitors && "guest" in document.body.dataset) { // this guest was a visitor when it was typed
        localStorage.setItem(this.key(path), visitors);
        localStorage.removeItem(this.key(path, ""));
      }
      return JSON.parse(localStorage.getItem(this.key(path)));
    } catch { return null; }
  },
  write(path, value) {
    try { localStorage.setItem(this.key(path), JSON.stringify(value)); return true; } catch { return false; }
  },
  drop(path) {
    try { localStorage.removeItem(this.key(path)); } catch { /* then nothing was kept either */ }
  },
  tidy() { // what nobody came back for
    try {
      for (const key of Object.keys(localStorage).filter((key) => key.startsWith("kept:"))) {
        if (!(JSON.parse(localStorage.getItem(key)).at > Date.now() - KEPT_FOR)) localStorage.removeItem(key);
      }
    } catch { /* storage is closed to us, or holds what is not ours */ }
  },
};

function fromTemplate(state, values = {}) {
  const template = document.querySelector(`template[data-state="${state}"]`);
  const copy = template ? template.content.cloneNode(true) : new DocumentFragment();
  for (const slot of all("[data-slot]", copy)) slot.textContent = values[slot.dataset.slot] ?? "";
  return copy;
}

// Saves one thing that has a path of its own. One save is on its way at a time, and it stays `sent` until the server has answered
// for it: were its answer lost and a newer change sent with the same base, the server would take the newer for the older.
class Saver {
  constructor(path, form, part) {
    Object.assign(this, { path, form, part, changedSince: false, sent: null, flight: null, timer: 0, failures: 0, refused: false });
  }

  changed() {
    this.changedSince = true;
    this.refused = false;
    this.form.leaving = this.form.waited = false; // a submission that was stopped must not stop the saving
    this.keep();
    this.say("saving");
    this.later(PAUSE);
  }

  keep() {
    const { sent, part } = this;
    this.isKept = kept.write(this.path, { sent, fields: part.read(), base: part.base, at: Date.now() });
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), ms);
  }

  get open() { return Boolean(this.changedSince || this.sent); }

  send() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.flight || !this.open || this.form.leaving) return this.flight;
    if (!this.sent) {
      this.sent = { fields: this.part.read(), base: this.part.base, once: once() };
      this.changedSince = false;
      this.keep();
    }
    this.flight = this.ask().then((reply) => {
      this.flight = null;
      this.take(reply);
      if (this.changedSince && !this.timer) return this.send();
    });
    return this.flight;
  }

  async ask() {
    const { fields, base, once } = this.sent;
    const body = new URLSearchParams([["csrf_token", this.form.elements.csrf_token?.value ?? ""], ["base", base], ["once", once], ...fields]);
    try {
      const response = await fetch(this.path, {
        method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(PATIENCE),
        keepalive: String(body).length < 60000, // outlives the page; browsers refuse more than 64 KiB of it
      });
      return { status: response.status, ...(await response.json()) };
    } catch {
      return {}; // no network, no server, or an answer that is none
    }
  }

  take(reply) {
    if (reply.status === 200 && reply.step !== undefined) this.accepted(reply);
    else if (reply.status < 500 && reply.problem) this.refuse(reply);
    else this.failed();
  }

  accepted(reply) {
    this.sent = null;
    this.failures = 0;
    this.part.base = reply.step;
    this.part.problem();
    this.part.took(reply, !this.changedSince);
    if (this.changedSince) return this.keep();
    kept.drop(this.path);
    this.say("saved", { time: reply.saved });
  }

  // The server understood and said no. It stays in this browser; after a sign-in elsewhere it is worth asking again.
  refuse({ status, problem, url }) {
    this.sent = null;
    this.failures = 0;
    this.refused = status !== 422;
    this.part.problem(problem, url);
    if (!this.changedSince) this.say("refused");
  }

  failed() {
    const seconds = WAITS[Math.min(this.failures++, WAITS.length - 1)];
    this.say(this.isKept ? "unsaved" : "unkept", { seconds });
    this.later(seconds * 1000);
  }

  again() {
    if (this.refused) this.changedSince = true;
    this.refused = false;
    this.send();
  }

  say(state, values) {
    const now = state + JSON.stringify(values ?? {}); // said once, or it would be read out again at each try
    if (this.part.saving && this.said !== now) this.part.saving.replaceChildren(fromTemplate(state, values));
    this.said = now;
  }

  restore() {
    const old = kept.read(this.path);
    if (!old) return;
    const shown = this.part.read();
    const arrived = old.sent && same(old.sent.fields, shown); // our own save, only its answer was lost
    if (Number(this.part.base) > Number(old.base) && !arrived) {
      if (same(old.fields, shown)) return kept.drop(this.path);
      // Saved later elsewhere: that one counts. This one is handed in with its old base, so that the server keeps it and says so.
      const token = same(old.sent?.fields, old.fields) ? old.sent.once : once();
      this.sent = { fields: old.fields, base: old.base, once: token };
    } else {
      this.sent = arrived ? null : old.sent;
      this.part.write(old.fields);
      this.changedSince = !same(old.sent?.fields, old.fields);
      if (arrived && !this.changedSince) return kept.drop(this.path);
    }
    this.isKept = true;
    this.say("saving");
    this.send();
  }
}

// What an item and a draft have in common: places near them where something is said.
class Part {
  constructor(home) {
    this.home = home;
    this.saving = this.near("[data-saving]");
  }

  near(selector) {
    for (let place = this.home; place; place = place.parentElement) {
      const found = place.querySelector(selector);
      if (found) return found;
    }
    return null;
  }

  problem(words = "", url = "") {
    const place = this.near("[data-problem]");
    if (!place) return;
    place.querySelector("[data-words]").textContent = words;
    const link = place.querySelector("[data-link]");
    if (url) link.href = url;
    link.hidden = !url;
    place.hidden = !words;
  }

  took() { /* a draft has nothing more to show */ }
}

class Draft extends Part {
  get base() { return this.home.dataset.base ?? "0"; }
  set base(step) {
    this.home.dataset.base = step;
    const field = this.home.form.elements.base; // what the plain buttons of the form send
    if (field) field.value = step;
  }
  read() { return [["text", this.home.value]]; }
  write(fields) { this.home.value = fields[0][1]; }
  took({ notice }) {
    const said = this.home.form.querySelector("[data-notice]");
    if (said) Object.assign(said, { textContent: notice ?? "", hidden: !notice });
  }
}

// Several fields that are one draft, as the five answers of a source frame.
class Drafts extends Draft {
  get form() { return this.home.closest("form"); }
  get base() { return this.home.dataset.base ?? "0"; }
  set base(step) { this.home.dataset.base = this.form.elements.base.value = step; }
  get texts() { return all("textarea", this.home); }
  read() { return this.texts.map((text) => [text.name, text.value]); }
  write(fields) { for (const text of this.texts) text.value = fields.find(([name]) => name === text.name)?.[1] ?? ""; }
  took({ notice }) {
    const said = this.home.querySelector("[data-notice]");
    if (said) Object.assign(said, { textContent: notice ?? "", hidden: !notice });
  }
}

class Item extends Part {
  constructor(fieldset) {
    super(fieldset);
    this.hidden = fieldset.querySelector("input[name^='base-']");
    this.order = fieldset.querySelector("[data-order]");
    this.controls = [...fieldset.elements].filter((one) => one.name && one !== this.hidden && one.matches("input, select, textarea"));
  }

  get base() { return this.hidden.value; }
  set base(step) { this.hidden.value = step; }

  choose({ step, here, counts }) {
    const place = this.home.querySelector("[data-kept]");
    if (!place) return;
    place.querySelector("[data-here]").textContent = here;
    place.querySelector("[data-counts]").textContent = counts;
    place.querySelector("[data-keep=here]").value = `keep-${place.dataset.kept}-${step}`;
    place.hidden = false;
  }

  read() {
    return this.controls.filter((one) => !/radio|checkbox/.test(one.type) || one.checked).map((one) => [one.name, one.value]);
  }

  write(fields) {
    for (const one of this.controls) {
      const values = fields.filter(([name]) => name === one.name).map(([, value]) => value);
      if (/radio|checkbox/.test(one.type)) one.checked = values.includes(one.value);
      else one.value = values[0] ?? "";
    }
    if (this.order) {
      const places = rowsOf(this.order).map((row) => [Number(placeOf(row).value), row.dataset.entry]);
      if (places.every(([place]) => place)) arrange(this.order, places.sort(([a], [b]) => a - b).map(([, entry]) => entry), false);
    }
  }

  took({ answered, flagged, done, of, notice, order, kept }, fresh) {
    if (kept) this.choose(kept);
    if (order && this.order && fresh) arrange(this.order, order);
    const said = this.home.querySelector("[data-notice]");
    if (said) Object.assign(said, { textContent: notice ?? "", hidden: !notice });
    for (const link of all(`[data-question="${this.home.id}"]`)) {
      link.className = answered ? "full" : "blank";
      link.querySelector(".sign").replaceChildren(fromTemplate(`question-${Boolean(answered)}-${Boolean(flagged)}`));
    }
    for (const count of all("[data-count]")) count.textContent = fill(count.dataset.count, { done, of });
  }
}

// The time left: counted on from what the server said, by a clock that no one can set; said at some moments, then the end.
function watchClock(home) {
  const end = performance.now() + Number(home.dataset.clock) * 1000;
  const [shown, said] = ["[data-left]", "[data-said]"].map((selector) => home.querySelector(selector));
  const moments = all("template[data-at]", home).map((one) => ({ at: Number(one.dataset.at), words: one.content.textContent }));
  let before = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const minutes = Math.floor(left / 60);
    const { one, many, none } = shown.dataset;
    if (left < 7200) shown.textContent = minutes > 1 ? fill(many, { n: minutes }) : minutes ? one : none;
    for (const { at, words } of moments) if (left <= at && before > at && before !== Infinity) said.textContent = words;
    before = left;
    home.classList.toggle("short", left <= 300);
    if (left) return setTimeout(tick, 1000);
    finish(shown, moments);
  };
  tick();
}

// What is typed at the last moment is still saved; then the server says what came of it.
async function finish(shown, moments) {
  shown.textContent = moments.find(({ at }) => !at)?.words ?? "";
  await Promise.race([Promise.all(savers.map((saver) => saver.send())), new Promise((done) => setTimeout(done, 10000))]);
  if (!savers.some((saver) => saver.open)) location.reload();
}

// Ordering. Rows are numbered from the top as soon as one is moved.
const rowsOf = (list) => [...list.children];
const placeOf = (row) => row.querySelector("select");

function number(list) {
  const rows = rowsOf(list);
  rows.forEach((row, at) => {
    placeOf(row).value = String(at + 1);
    all("button", row).forEach((button) => {
      const end = button.value.endsWith(":up") ? 0 : rows.length - 1;
      if (at === end) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
  });
}

function arrange(list, entries, renumber = true) {
  const rows = new Map(rowsOf(list).map((row) => [row.dataset.entry, row]));
  if (!same([...rows.keys()], entries)) {
    const focused = document.activeElement;
    list.append(...entries.map((entry) => rows.get(entry)).filter(Boolean));
    if (list.contains(focused)) focused.focus(); // a row that is moved loses it
  }
  if (renumber) number(list);
}

function sayPlace(row) {
  const list = row.parentElement;
  const rows = rowsOf(list);
  const values = { entry: row.querySelector(".entry").textContent.trim(), place: rows.indexOf(row) + 1, of: rows.length };
  list.parentElement.querySelector("[data-place]").textContent = fill(list.dataset.said, values);
}

// The neighbour is moved, not the row: so the focus stays on the arrow that was pressed.
function move(button, saver) {
  const row = button.closest("[data-entry]");
  const up = button.value.endsWith(":up");
  const neighbour = up ? row.previousElementSibling : row.nextElementSibling;
  if (!neighbour) return;
  if (up) row.after(neighbour); else row.before(neighbour);
  number(row.parentElement);
  sayPlace(row);
  saver.changed();
}

// Rows change places, so that who numbers one after the other never moves what has its number; "–" takes the answer back.
function place(select) {
  const row = select.closest("[data-entry]");
  const list = row.parentElement;
  const rows = rowsOf(list);
  if (!select.value) return rows.forEach((one) => { placeOf(one).value = ""; });
  const [here, there] = [rows.indexOf(row), Number(select.value) - 1];
  [rows[here], rows[there]] = [rows[there], rows[here]];
  arrange(list, rows.map((one) => one.dataset.entry));
  sayPlace(row);
}

const savers = [];

function watch(saver, home) {
  savers.push(saver);
  saver.restore();
  home.addEventListener("input", () => saver.changed());
  home.addEventListener("focusout", (event) => {
    if (!home.contains(event.relatedTarget) && saver.changedSince && !saver.failures) saver.send();
  });
}

function watchItem(fieldset, form) {
  const item = new Item(fieldset);
  const saver = new Saver(fieldset.dataset.save, form, item);
  item.order?.addEventListener("input", (event) => place(event.target)); // before the saver reads
  watch(saver, fieldset);
  fieldset.addEventListener("click", (event) => {
    const arrow = event.target.closest("[data-order] button");
    if (!arrow) return;
    event.preventDefault();
    move(arrow, saver);
  });
  fieldset.addEventListener("keydown", (event) => { // Enter keeps the answer, it does not leave the page
    if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox], [type=radio])")) return;
    event.preventDefault();
    saver.send();
  });
}

// A form that is sent carries everything itself. What is on its way must be answered first, or the form would come with an old base.
function watchForm(form) {
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    const mine = savers.filter((saver) => saver.form === form);
    const sending = mine.filter((saver) => saver.flight || saver.sent);
    if (sending.length && !form.waited) {
      event.preventDefault();
      if (form.waiting) return;
      form.waiting = true;
      await Promise.race([Promise.all(sending.map((saver) => saver.send())), new Promise((done) => setTimeout(done, 4000))]);
      form.waiting = false;
      form.waited = true;
      form.requestSubmit(event.submitter);
    } else {
      form.leaving = true;
      mine.forEach((saver) => clearTimeout(saver.timer));
    }
  });
}

async function preview(event) {
  const button = event.target.closest("button[data-preview]");
  if (!button) return;
  const region = document.getElementById(button.getAttribute("aria-controls"));
  const { csrf_token: token, [button.dataset.of ?? "text"]: text } = button.form.elements;
  event.preventDefault();
  try {
    const body = new URLSearchParams({ csrf_token: token.value, text: text.value });
    const response = await fetch(button.dataset.preview, { method: "POST", body, headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(response.status);
    region.querySelector("[data-shown]").innerHTML = await response.text(); // made safe by the server, as on every page
    region.hidden = false;
    region.focus();
  } catch {
    delete button.dataset.preview; // then as without scripts
    button.click();
  }
}

// Words are chosen by mouse or touch, by the browser's own caret, or word by word from a passage by the keyboard. They are said to the
// server with the number of letters before them in their passage: how white space is written differs between page and text.
const letters = (text) => [...text.replace(/\s/g, "")].length;

function textsOf(passage) {
  const walker = document.createTreeWalker(passage.querySelector(".text"), NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(".passage-no, .choose-words, .back, .said, .wrong, .drawn") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  return texts;
}

// A word goes on in the next element where no space parts them: the comma after a link is part of its last word.
function wordsOf(passage) {
  const words = [];
  let open = false;
  for (const text of textsOf(passage)) {
    for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
      const stop = index + word.length;
      if (open && !index) Object.assign(words.at(-1), { to: text, stop });
      else words.push({ from: text, start: index, to: text, stop });
    }
    if (text.data) open = /\S$/.test(text.data);
  }
  return words;
}

function chosenIn(passage, range) {
  let [start, exact] = [0, ""];
  for (const text of textsOf(passage)) {
    const from = text === range.startContainer ? range.startOffset : 0;
    const to = text === range.endContainer ? range.endOffset : text.length;
    if (!range.intersectsNode(text)) start += exact ? 0 : letters(text.data);
    else {
      if (!exact.trim()) start += letters(text.data.slice(0, from));
      exact += text.data.slice(from, to);
    }
  }
  return { passage: passage.id, start, exact: exact.trim() };
}

class Choosing {
  constructor(form) {
    Object.assign(this, { form, said: form.querySelector("[data-words]"), keys: form.querySelector("[data-keys]"), words: null });
    this.text = form.previousElementSibling;
    this.begin = fromTemplate("choose-words").firstElementChild;
    document.addEventListener("selectionchange", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), 150); });
    this.text.addEventListener("focusin", ({ target }) => this.offer(target.closest(".passage[id]")));
    this.text.addEventListener("keydown", (event) => this.words && this.key(event));
    this.begin.addEventListener("click", () => this.start(this.begin.closest(".passage")));
    form.addEventListener("pointerdown", (event) => event.preventDefault()); // or the words would no longer be chosen
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.leave());
    form.querySelector("[data-leave]").addEventListener("click", () => this.leave());
  }

  look() {
    const selection = document.getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const passages = range ? all(".passage[id]", this.text).filter((passage) => range.intersectsNode(passage)) : [];
    const chosen = passages.map((passage) => chosenIn(passage, range)).filter(({ exact }) => exact);
    if (!chosen.length && this.form.contains(document.activeElement)) return; // some browsers let the words go with the focus
    all("[data-chosen]", this.form).forEach((field) => field.remove());
    for (const place of chosen) {
      for (const [name, value] of Object.entries(place)) {
        this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
        this.form.lastChild.dataset.chosen = "";
      }
    }
    this.quote(chosen);
    this.form.hidden = !chosen.length;
    this.said.textContent = chosen.length ? fill(this.said.dataset.said, { words: chosen.map(({ exact }) => exact).join(" … ") }) : "";
  }

  quote(chosen) { // words of several passages are several quotations; an address has no room for very many
    const link = this.form.querySelector("[data-quote]");
    if (!link) return;
    link.hidden = chosen.length !== 1;
    const [{ passage, exact } = {}] = chosen;
    link.search = new URLSearchParams({ quote: `${link.dataset.quote}:${passage}`, words: exact?.length < 400 ? exact : "" });
  }

  offer(passage) {
    const number = passage?.querySelector(".passage-no");
    if (number && number.nextElementSibling !== this.begin) number.after(this.begin);
  }

  start(passage) {
    this.passage = passage;
    this.words = wordsOf(passage);
    this.home = passage.querySelector(".text");
    this.home.tabIndex = -1;
    this.home.focus();
    this.keys.hidden = false;
    this.choose(0, 0);
  }

  choose(first, last) {
    const end = this.words.length - 1;
    this.first = Math.min(Math.max(first, 0), end);
    this.last = Math.min(Math.max(last, this.first), end);
    const [{ from, start }, { to, stop }] = [this.words[this.first], this.words[this.last]];
    document.getSelection().setBaseAndExtent(from, start, to, stop);
  }

  key(event) {
    const by = { ArrowRight: 1, ArrowDown: 8, ArrowLeft: -1, ArrowUp: -8 }[event.key];
    if (by && event.shiftKey) this.choose(this.first, this.last + by);
    else if (by) this.choose(this.first + by, this.first + by);
    else if (event.key === "Home") this.choose(0, 0);
    else if (event.key === "End") this.choose(event.shiftKey ? this.first : this.words.length - 1, this.words.length - 1);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) {
      this.look(); // it may be hidden yet, when keys come quickly
      this.form.querySelector("button").focus();
    }
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }

  leave() {
    document.getSelection().removeAllRanges();
    this.form.hidden = this.keys.hidden = true;
    if (this.words) this.passage.querySelector(".passage-no").focus();
    this.words = null;
  }
}

kept.tidy();
for (const form of all("[data-choosing]")) new Choosing(form);
for (const form of all("form[data-sitting]")) all("fieldset.item[data-save]", form).forEach((fieldset) => watchItem(fieldset, form));
for (const text of all("form textarea[data-draft]")) watch(new Saver(text.dataset.draft, text.form, new Draft(text)), text);
for (const texts of all("form [data-drafts]")) watch(new Saver(texts.dataset.drafts, texts.closest("form"), new Drafts(texts)), texts);
new Set(savers.map((saver) => saver.form)).forEach(watchForm);

all("[data-clock]").forEach(watchClock);
if (document.querySelector("[data-finishing]")) setTimeout(() => location.reload(), 10000);

// A click on the number of a passage leads there, as any link does, and puts its address on the clipboard, where there is one to be had.
async function copyLink(event) {
  const link = event.target.closest?.("a.passage-no");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
  const words = link.closest("[data-copied]")?.dataset.copied;
  try { await navigator.clipboard.writeText(link.href); } catch { return; }
  if (!words) return;
  for (const old of all(".copied")) old.remove();
  const said = Object.assign(document.createElement("span"), { className: "copied" });
  said.setAttribute("role", "status");
  link.closest(".text").append(said);
  setTimeout(() => { said.textContent = words; }); // what comes into a place that is there is read out
  setTimeout(() => said.remove(), 4000);
}

// A long text is shown in parts: who comes for a passage of another part is led there.
const asked = decodeURIComponent(location.hash.slice(1));
const part = document.querySelector("[data-part]");
if (part && /^[hp]-/.test(asked) && !document.getElementById(asked) && !location.search.includes(`at=${asked}`)) {
  const to = new URL(part.dataset.part, location);
  to.searchParams.set("at", asked);
  to.hash = asked;
  location.replace(to);
}

// Meetings are put in order by their buttons; a mouse may take one farther. It presses the button of a longer way.
function dragMeetings(list) {
  let taken = null;
  const free = all("[data-free]", list);
  const over = ({ target }) => target.closest?.("[data-free]");
  free.forEach((row) => { row.draggable = true; });
  list.addEventListener("dragstart", (event) => {
    taken = over(event);
    taken?.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", taken?.dataset.number ?? "");
  });
  list.addEventListener("dragover", (event) => {
    const row = over(event);
    if (!taken || !row) return;
    event.preventDefault();
    free.forEach((other) => other.classList.toggle("drop-here", other === row && row !== taken));
  });
  list.addEventListener("drop", (event) => {
    const row = over(event);
    if (!taken || !row || row === taken) return;
    event.preventDefault();
    const button = taken.querySelector("button:not([disabled])");
    button.value = row.dataset.number;
    button.form.requestSubmit(button);
  });
  list.addEventListener("dragend", () => {
    free.forEach((row) => row.classList.remove("is-dragged", "drop-here"));
    taken = null;
  });
}
all("[data-arrange]").forEach(dragMeetings);

document.addEventListener("click", copyLink);
document.addEventListener("click", preview);
document.addEventListener("focusin", ({ target }) => target.matches("input[readonly]") && target.select()); // there to be copied
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") savers.forEach((saver) => saver.send());
  else savers.filter((saver) => saver.refused || saver.failures).forEach((saver) => saver.again());
});
addEventListener("online", () => savers.forEach((saver) => saver.again()));
addEventListener("pageshow", ({ persisted }) => { // come back to by the browser's own arrow
  if (!persisted) return;
  for (const saver of savers) {
    Object.assign(saver.form, { leaving: false, waited: false });
    if (saver.open) saver.later(0);
  }
});

// A review by keys. They hold only while the focus is in the main part of the page, and never where something is typed (WCAG 2.1.4).
function byKeys(part) {
  const main = part.closest("main");
  const typing = "textarea, select, input:not([type=radio], [type=checkbox])";
  all("details[data-keys]").forEach((fold) => { fold.hidden = false; });
  main.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey || target.matches(typing)) return;
    if (key === "Enter" && target !== main) return; // there it has its own meaning
    const choices = all(".options input, [data-choice]", part).filter((one) => one.offsetParent);
    const meant = key === "Enter" ? part.querySelector(".primary") : choices[key - 1] ?? all("[data-key]", part).find((one) => one.dataset.key === key);
    if (!meant) return;
    event.preventDefault();
    meant.focus();
    meant.click();
  });
  if (!location.hash) main.focus({ preventScroll: true });
}
all("[data-by-keys]").forEach(byKeys);

// In a table of cells that are links the arrow keys lead from one to the next; without this each name leads to the same.
// There may be thousands, so a cell is told where it leads, from its row and its column, once it is pointed at or reached.
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
for (const table of all("table[data-cells]")) {
  table.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key], cell = event.target.closest("th, td");
    if (!way || !cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const rows = all("tbody tr", table), row = rows.indexOf(cell.parentElement);
    const next = rows[row + way[0]]?.cells[cell.cellIndex + way[1]]?.querySelector("a");
    if (row < 0 || !next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  const meet = (event) => {
    const cell = event.target.closest("tbody td"), link = cell?.querySelector("a:not([href])");
    const part = link && table.tHead.rows[0].cells[cell.cellIndex].dataset.part;
    if (part) link.href = `${cell.parentElement.querySelector("th a").href}#part-${part}`;
  };
  ["pointerover", "focusin"].forEach((way) => table.addEventListener(way, meet));
}
