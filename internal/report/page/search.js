"use strict";
(() => {
  const most = 50;
  const [form, query, found, hits, rows, index] = ["search", "query", "found", "hits", "rows", "index"].map((id) => document.getElementById(id));
  if (!index) return;
  if (!("DecompressionStream" in window)) {
    found.textContent = "This browser is too old for the search box.";
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());

  const folded = (text) => text.normalize("NFKC").toLowerCase();

  const read = async () => {
    const raw = atob(index.textContent.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(raw, (one) => one.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    const [lines, fates, folders, since, people] = text.split("\f").map((part) => part.split("\n"));
    lines.pop();
    let id = "";
    return lines.map((line) => {
      const [at, ...numbers] = line.split("\t");
      const name = numbers.pop();
      const [fate, folder, time, who] = numbers.map((one) => parseInt(one, 36));
      id = id.slice(0, parseInt(at[0], 36)) + at.slice(1);
      const [kind, words] = fates[fate].split("\t");
      const place = folders[folder];
      return { id, kind, words, place, name, since: since[time], who: people[who], key: folded(id + "\n" + name + "\n" + place) };
    });
  };

  let reading = null;
  const all = () => (reading ??= read());

  const cell = (row, tag, text) => {
    const one = row.appendChild(document.createElement(tag));
    const inner = document.createElement("bdi");
    inner.textContent = text;
    one.append(inner);
    return one;
  };

  // linked makes a link into the org of what an element holds.
  const linked = (element, kind, id) => {
    if (!index.dataset.base) return;
    const link = document.createElement("a");
    link.href = `${index.dataset.base}/lightning/r/${kind}/${id}/view`;
    link.rel = "noreferrer";
    link.append(...element.childNodes);
    element.append(link);
  };

  const small = (to, text) => {
    const one = to.appendChild(document.createElement("small"));
    one.textContent = text;
    return one;
  };

  const add = (one) => {
    const row = rows.insertRow();
    const name = cell(row, "th", one.name || one.id);
    name.scope = "row";
    name.className = "name";
    linked(name, one.kind, one.id);
    small(name, `${one.kind} ${one.id}`);
    cell(row, "td", one.place || "-").className = "name";
    const fate = cell(row, "td", one.words);
    fate.className = "name";
    if (one.since) small(fate, one.since);
    if (one.who) {
      const who = document.createElement("span");
      who.textContent = one.who;
      linked(who, "User", one.who);
      small(fate, "Last changed by user ").append(who, ".");
    }
  };

  // missed names the command that knows of earlier syncs.
  const missed = (name) => {
    found.textContent = "Nothing of that name is on this page.";
    if (!index.dataset.why) return;
    const command = document.createElement("code");
    command.textContent = `${index.dataset.why} '${name.replaceAll("'", "'\\''")}'`;
    found.append(" If it went before this sync, or had that name before, this knows it by its whole name: ", command);
  };

  const search = async () => {
    const text = folded(query.value.trim());
    const id = /\/?\b(00O|01Z)[0-9A-Za-z]{12}/i.exec(query.value);
    const wanted = id ? folded(id[0].replace("/", "")) : text;
    const records = await all();
    if (folded(query.value.trim()) !== text) return;
    rows.replaceChildren();
    hits.hidden = true;
    found.textContent = "";
    if (!wanted) return;
    const matching = records.filter((one) => one.key.includes(wanted));
    matching.slice(0, most).forEach(add);
    hits.hidden = !matching.length;
    const n = matching.length.toLocaleString("en");
    if (!matching.length) return missed(query.value.trim());
    found.textContent = matching.length > most ? `${n} found; the first ${most} are shown.` : `${n} found.`;
  };
  const told = () => search().catch(() => { found.textContent = "The search box cannot be used: its index could not be read."; });

  query.addEventListener("focus", () => all().catch(() => {}), { once: true });
  query.addEventListener("input", told);
})();
