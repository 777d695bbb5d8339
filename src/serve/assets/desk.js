// Keys. Every page works without this file; it is written for browsers of 2016.
(function () {
  'use strict';

  function all(selector) {
    return Array.prototype.slice.call(document.querySelectorAll(selector));
  }

  // --- Keys: / box, arrows rows, letters links ---------------------------------------

  var box = document.getElementById('q');

  // The next citizen's name replaces the last one's; an arrow goes into the text.
  if (box && box === document.activeElement && box.value) { box.select(); }

  function step(by) {
    var rows = all('[data-row]');
    if (!rows.length) { return false; }
    var at = rows.indexOf(document.activeElement);
    if (at < 0) {
      var holder = document.activeElement && document.activeElement.closest &&
        document.activeElement.closest('.hit, tr, li');
      var inside = holder && holder.querySelector('[data-row]');
      at = inside ? rows.indexOf(inside) : (by > 0 ? -1 : rows.length);
    }
    var next = at + by;
    if (next < 0) {
      if (box) { box.focus(); box.select(); }
      return true;
    }
    if (next >= rows.length) { return true; }
    rows[next].focus();
    return true;
  }

  function pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    var key = event.key;
    var on = event.target;
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(on.tagName);
    if (on === box && key === 'ArrowDown') {
      if (step(1)) { event.preventDefault(); }
      return;
    }
    if (on === box && key === 'Escape') {
      // The first press clears the box, as browsers do; the second leaves it.
      if (!box.value) { leave(event); }
      return;
    }
    if (typing) { return; }
    if (key === '/' && box) {
      box.focus();
      box.select();
      event.preventDefault();
      return;
    }
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      var scrolls = on.classList && on.classList.contains('paper');
      if (!scrolls && step(key === 'ArrowDown' ? 1 : -1)) { event.preventDefault(); }
      return;
    }
    if (key === 'Escape') { leave(event); return; }
    follow(key === '=' ? '+' : key, event);
  }

  function follow(key, event) {
    var link = all('[data-key]').filter(function (one) {
      return one.getAttribute('data-key') === key;
    })[0];
    if (!link) { return false; }
    event.preventDefault();
    link.click();
    return true;
  }

  function leave(event) {
    if (follow('Escape', event)) { return; }
    if (box) { box.focus(); box.select(); }
  }

  document.addEventListener('keydown', pressed);

  // --- Search form: an address without what was left empty ----------------------------

  var form = document.querySelector('form[role=search]');
  if (form) {
    form.addEventListener('submit', function () {
      all('form[role=search] [name]').forEach(function (field) {
        if (!field.value && field !== box) { field.disabled = true; }
      });
    });
    window.addEventListener('pageshow', function () {
      all('form[role=search] [name]').forEach(function (field) { field.disabled = false; });
    });
    all('form[role=search] select').forEach(function (choice) {
      choice.addEventListener('change', function () {
        if (box.value || document.body.className.indexOf('start') < 0) {
          form.querySelector('button').click();
        }
      });
    });
  }
  all('.examples kbd').forEach(function (example) {
    example.addEventListener('click', function () {
      box.value = example.textContent;
      form.querySelector('button').click();
    });
  });
})();
