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

  // --- Suggestions below the box ------------------------------------------------------

  var PAUSE_MS = 120;
  var offered = document.getElementById('offered');
  var waits = null;
  var newest = 0;

  function offers() { return Array.prototype.slice.call(offered.children); }

  function withdraw() {
    newest += 1;
    offered.hidden = true;
    offered.textContent = '';
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
  }

  function chosenOffer() {
    return offers().filter(function (one) { return one.className === 'on'; })[0];
  }

  function take(offer) {
    box.value = offer.getAttribute('data-text') + ' ';
    withdraw();
    box.focus();
  }

  function offer(list) {
    withdraw();
    list.forEach(function (one, at) {
      var row = document.createElement('li');
      row.id = 'offer' + at;
      row.setAttribute('role', 'option');
      row.setAttribute('data-text', one.text);
      row.textContent = one.shown;
      row.addEventListener('mousedown', function (event) {
        event.preventDefault();
        take(row);
      });
      offered.appendChild(row);
    });
    offered.hidden = !list.length;
    box.setAttribute('aria-expanded', String(list.length > 0));
  }

  function ask() {
    var typed = box.value;
    newest += 1;
    var number = newest;
    if (typed.trim().length < 2) { withdraw(); return; }
    var request = new XMLHttpRequest();
    request.open('GET', '/api/v1/suggest?q=' + encodeURIComponent(typed));
    request.onload = function () {
      // An answer to what was typed before says nothing any more.
      if (number !== newest || request.status !== 200 || box !== document.activeElement) { return; }
      offer(JSON.parse(request.responseText).suggestions);
    };
    request.send();
  }

  function walk(by) {
    var all = offers();
    var next = all.indexOf(chosenOffer()) + by;
    all.forEach(function (one, at) { one.className = at === next ? 'on' : ''; });
    if (all[next]) { box.setAttribute('aria-activedescendant', all[next].id); }
  }

  if (box && offered) {
    box.addEventListener('input', function () {
      clearTimeout(waits);
      waits = setTimeout(ask, PAUSE_MS);
    });
    box.addEventListener('blur', withdraw);
    box.addEventListener('keydown', function (event) {
      if (offered.hidden || event.isComposing) { return; }
      var on = chosenOffer();
      var done = true;
      if (event.key === 'ArrowDown') { walk(1); }
      else if (event.key === 'ArrowUp') { walk(-1); }
      else if (event.key === 'Escape') { withdraw(); }
      else if ((event.key === 'Enter' || event.key === 'Tab') && on) { take(on); }
      else { done = false; }
      if (done) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    form.addEventListener('submit', function () { clearTimeout(waits); withdraw(); });
  }
})();
