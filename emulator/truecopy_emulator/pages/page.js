// The emulator's page: reads the control API once a second and calls it when a control is used. No framework, no build step.
"use strict";

const $ = (id) => document.getElementById(id);
let token = sessionStorage.getItem("token") || "";
let last = 0;
let meanings = {};

async function call(method, path, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  $("access").hidden = answer.status !== 401;
  const value = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(value.detail || value.title);
  return value;
}

// Run an action, say what became of it, and show the state anew.
async function act(what, action) {
  try {
    await action();
    $("message").textContent = what;
    await refresh();
  } catch (error) {
    $("message").textContent = `Not done: ${error.message}`;
  }
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function showProvider(row) {
  const id = `provider-${row.provider}`;
  const put = (body) => call("PUT", `providers/${row.provider}`, body);
  const modes = make("select", { ariaLabel: `Transitions of ${row.title}` });
  for (const mode of ["immediate", "reads", "seconds"]) modes.append(make("option", { value: mode, textContent: mode }));
  modes.value = row.transition.mode;
  const every = make("input", { type: "number", min: "0", step: "any", value: row.transition.every, ariaLabel: "every" });
  const move = () => act(`${row.title} moves by ${modes.value}`,
    () => put({ transition: { mode: modes.value, every: Number(every.value) } }));
  modes.onchange = every.onchange = move;
  const oddities = make("fieldset", {}, make("legend", { textContent: "Oddities" }));
  for (const odd of row.oddities) {
    const box = make("input", { type: "checkbox", checked: odd.active });
    box.onchange = () => act(`${odd.name} is ${box.checked ? "on" : "off"}`, () => put({ oddities: { [odd.name]: box.checked } }));
    oddities.append(make("label", { title: odd.name }, box, ` ${odd.meaning}`));
  }
  const state = make("dl");
  for (const [name, count] of Object.entries(row.state)) {
    state.append(make("dt", { textContent: name.slice(row.provider.length + 1) }), make("dd", { textContent: count }));
  }
  const reference = make("a", { href: `assets/reference.html?provider=${row.provider}`, textContent: "API reference" });
  return make("article", { id },
    make("h3", { textContent: row.title }), make("code", { textContent: row.path }), make("p", {}, reference), state,
    row.states.length ? make("p", {}, "From state to state: ", modes, " every ", every) : "", row.oddities.length ? oddities : "");
}

function showFault(row) {
  const where = [row.provider || "every provider", row.operation || "every operation"].join(", ");
  const often = row.times ? `${row.used} of ${row.times} times` : `${row.used} times so far`;
  const remove = make("button", { type: "button", textContent: `Remove ${row.text}` });
  remove.onclick = () => act(`${row.text} is gone`, () => call("DELETE", `faults/${row.id}`));
  return make("li", {}, `${row.text} (${where}; ${often}) `, remove);
}

function side(title, first, headers, body) {
  const lines = [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join("\n");
  let text = body || "";
  try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
  return make("div", {}, make("h4", { textContent: title }), make("pre", { textContent: lines }), make("pre", { textContent: text }));
}

function showExchange(row) {
  const { request, answer } = row;
  const target = request.path + (request.query ? `?${request.query}` : "");
  const status = make("span", { className: answer.status < 400 ? "status" : "status bad", textContent: answer.status });
  const summary = make("summary", {}, status, make("span", { textContent: request.method }),
    make("span", { className: "path", textContent: target }),
    make("span", { textContent: row.operation || "" }), make("span", { textContent: `${row.milliseconds} ms` }));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.children.length > 1) return;
    const why = [row.diagnostic, row.fault && `fault: ${row.fault}`, ...row.near_misses].filter(Boolean);
    details.append(make("div", { className: "pair" },
      side("Request", `${request.method} ${target}`, request.headers, request.body),
      side("Answer", String(answer.status), answer.headers, answer.body)));
    for (const line of new Set(why)) details.append(make("p", { className: "why", textContent: line }));
  });
  return make("li", {}, details);
}

async function refreshJournal() {
  const { total, exchanges } = await call("GET", `journal?after=${last}&limit=200&newest_first=true`);
  if (total < last) {
    last = 0;
    $("journal").replaceChildren();
    return refreshJournal();
  }
  if (exchanges.length) last = exchanges[0].number;
  $("journal").prepend(...exchanges.map(showExchange));
  while ($("journal").children.length > 500) $("journal").lastChild.remove();
  $("total").textContent = `${total} exchanges`;
  return undefined;
}

// Replace the children of a node unless the user is choosing something there: nobody loses the focus to a timer.
function fill(node, rows, show) {
  const text = JSON.stringify(rows);
  if (node.dataset.shown === text) return;
  const controls = () => [...node.querySelectorAll("a, button, input, select")];
  const focused = controls().indexOf(document.activeElement);
  if (focused >= 0 && document.activeElement.matches("select, input[type=number]")) return;
  node.dataset.shown = text;
  node.replaceChildren(...rows.map(show));
  if (focused >= 0) controls().at(Math.min(focused, controls().length - 1))?.focus();
}

async function refresh() {
  const clock = await call("GET", "clock");
  $("now").textContent = clock.now;
  $("clock").frozen.checked = clock.frozen;
  fill($("providers"), (await call("GET", "providers")).providers, showProvider);
  fill($("faults"), (await call("GET", "faults")).faults, showFault);
  await refreshJournal();
}

async function start() {
  $("reset").onclick = () => act("Everything is as it was", () => call("POST", "reset"));
  $("forget").onclick = () => act("The journal is empty", () => call("DELETE", "journal"));
  $("clock").frozen.onchange = (event) => act(event.target.checked ? "The clock stands" : "The clock goes",
    () => call("PUT", "clock", { frozen: event.target.checked }));
  $("clock").onsubmit = (event) => {
    event.preventDefault();
    const seconds = Number($("clock").advance.value);
    act(`Advanced by ${seconds} s`, () => call("PUT", "clock", { advance: seconds }));
  };
  $("access").onsubmit = (event) => {
    event.preventDefault();
    token = $("access").token.value;
    sessionStorage.setItem("token", token);
    location.reload();
  };
  const form = $("fault");
  form.effect.onchange = () => { $("meaning").textContent = meanings[form.effect.value]; };
  form.onsubmit = (event) => {
    event.preventDefault();
    const effects = form.value.value ? `${form.effect.value}=${form.value.value}` : form.effect.value;
    const body = { effects, provider: form.provider.value || null, operation: form.operation.value || null };
    if (form.times.value) body.times = Number(form.times.value);
    act(`${effects} is set`, () => call("POST", "faults", body));
  };
  const { effects, profiles } = await call("GET", "effects");
  for (const row of effects) {
    meanings[row.name] = row.meaning;
    form.effect.append(make("option", { value: row.name, textContent: row.name }));
  }
  form.effect.onchange();
  for (const name of profiles) {
    const button = make("button", { type: "button", textContent: name });
    button.onclick = () => act(`${name} is set`, () => call("POST", "profile", { profile: name }));
    $("profiles").append(" ", button);
  }
  const { operations } = await call("GET", "operations");
  for (const name of new Set(operations.map((row) => row.provider))) form.provider.append(make("option", { textContent: name }));
  for (const name of new Set(operations.map((row) => row.operation))) form.operation.append(make("option", { textContent: name }));
  await refresh();
  document.body.dataset.ready = "yes";
  setInterval(() => {
    if ($("live").checked && !document.hidden) refresh().catch((error) => { $("message").textContent = error.message; });
  }, 1000);
}

start().catch((error) => { $("message").textContent = error.message; });
