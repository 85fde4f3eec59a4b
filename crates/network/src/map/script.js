'use strict';
(() => {
  const svg = document.querySelector('svg.network');
  const parts = [...svg.querySelectorAll('.box, .cell, .label')];
  const edges = [...svg.querySelectorAll('.edge')];
  const search = document.getElementById('search');
  const count = document.getElementById('count');
  const told = document.getElementById('told');
  const title = (part) => (part.querySelector('title') ?? part).textContent;
  const text = new Map(parts.map((part) => [part, title(part).toLowerCase()]));
  const show = (lit) => {
    const all = lit === null;
    const ids = new Set(all ? [] : lit.map((part) => part.id));
    for (const part of parts) {
      part.classList.toggle('lit', !all && lit.includes(part));
      part.classList.toggle('dim', !all && !lit.includes(part));
    }
    for (const edge of edges) {
      const on = ids.has(edge.dataset.from) && ids.has(edge.dataset.to);
      edge.classList.toggle('lit', on);
      edge.classList.toggle('dim', !all && !on);
    }
  };
  // From a box along the lines to the left and to the right.
  const reach = (start) => {
    const ids = new Set([start.id]);
    const walk = (from, near, far) => {
      for (const edge of edges) {
        if (edge.dataset[near] !== from || ids.has(edge.dataset[far])) continue;
        ids.add(edge.dataset[far]);
        walk(edge.dataset[far], near, far);
      }
    };
    walk(start.id, 'from', 'to');
    walk(start.id, 'to', 'from');
    return parts.filter((part) => ids.has(part.id));
  };
  const find = () => {
    const words = search.value.trim().toLowerCase();
    if (words === '') {
      count.textContent = '';
      show(null);
      return;
    }
    const found = parts.filter((part) => text.get(part).includes(words));
    count.textContent = `${found.length} found`;
    show(found);
    if (found.length > 0) found[0].scrollIntoView({ block: 'center', inline: 'center' });
  };
  search.hidden = false;
  search.addEventListener('input', find);
  svg.addEventListener('click', (event) => {
    const part = event.target.closest('.box, .cell');
    told.textContent = part === null ? '' : title(part).replaceAll('\n', ', ');
    if (part === null || part.classList.contains('cell')) { find(); return; }
    show(reach(part));
  });
})();
