'use strict';
(() => {
  const svg = document.querySelector('svg.rbac');
  const boxes = [...svg.querySelectorAll('.box')];
  const edges = [...svg.querySelectorAll('.edge')];
  const search = document.getElementById('search');
  const count = document.getElementById('count');
  const text = new Map(boxes.map((box) => [box, box.querySelector('title').textContent.toLowerCase()]));
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const show = (lit) => {
    const ids = new Set([...lit].map((box) => box.id));
    const all = ids.size === 0;
    for (const box of boxes) {
      box.classList.toggle('lit', ids.has(box.id));
      box.classList.toggle('dim', !all && !ids.has(box.id));
    }
    for (const edge of edges) {
      const on = ids.has(edge.dataset.from) && ids.has(edge.dataset.to);
      edge.classList.toggle('lit', on);
      edge.classList.toggle('dim', !all && !on);
    }
  };
  // From a box along the lines to the left and to the right.
  const reach = (starts) => {
    const lit = new Set(starts);
    const walk = (from, near, far) => {
      for (const edge of edges) {
        if (edge.dataset[near] !== from) continue;
        const next = byId.get(edge.dataset[far]);
        lit.add(next);
        walk(next.id, near, far);
      }
    };
    for (const box of starts) {
      walk(box.id, 'from', 'to');
      walk(box.id, 'to', 'from');
    }
    return lit;
  };
  const find = () => {
    const words = search.value.trim().toLowerCase();
    if (words === '') {
      count.textContent = '';
      show([]);
      return;
    }
    const found = boxes.filter((box) => text.get(box).includes(words));
    count.textContent = `${found.length} found`;
    if (found.length === 0) {
      boxes.concat(edges).forEach((part) => { part.classList.add('dim'); part.classList.remove('lit'); });
      return;
    }
    show(reach(found));
    found[0].scrollIntoView({ block: 'center' });
  };
  search.hidden = false;
  search.addEventListener('input', find);
  svg.addEventListener('click', (event) => {
    const box = event.target.closest('.box');
    if (box === null) { find(); return; }
    // The same name in other bands is the same thing.
    show(reach(boxes.filter((other) => text.get(other) === text.get(box))));
  });
})();
