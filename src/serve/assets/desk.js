// Keys and zoom. Every page works without this file; it is written for browsers of 2016.
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

  // --- Viewer: zoom, drag, fields and their outlines ----------------------------------

  var sheet = document.querySelector('.paper');
  var paper = document.getElementById('paper');
  if (!sheet || !paper) { return; }
  var picture = paper.querySelector('image');
  var full = Number(paper.getAttribute('data-width'));
  var tall = Number(paper.getAttribute('data-height'));
  var have = Number(paper.getAttribute('data-have'));
  var most = Number(paper.getAttribute('data-most'));
  var share = Number(paper.getAttribute('data-share')) / full;
  var width = paper.getBoundingClientRect().width;
  var later = 0;
  // Height of a line of writing that is read without effort, in pixels of the screen.
  var READABLE = 26;

  function sharpen() {
    var wanted = width * (window.devicePixelRatio || 1) * share;
    if (wanted <= have * 1.1 || have >= most) { return; }
    // In steps, so that few pictures are made and the browser keeps them.
    have = Math.min(most, Math.ceil(wanted / 500) * 500);
    var finer = new Image();
    finer.onload = function () { picture.setAttribute('href', finer.src); };
    finer.src = paper.getAttribute('data-base') + have;
  }

  function resize(to, x, y) {
    var before = width;
    width = Math.max(200, Math.min(to, 4 * full));
    var bounds = sheet.getBoundingClientRect();
    var left = x === undefined ? bounds.width / 2 : x - bounds.left;
    var top = y === undefined ? bounds.height / 2 : y - bounds.top;
    var ratio = width / before;
    var toX = (sheet.scrollLeft + left) * ratio - left;
    var toY = (sheet.scrollTop + top) * ratio - top;
    paper.style.width = width + 'px';
    paper.style.height = width * tall / full + 'px';
    sheet.scrollLeft = toX;
    sheet.scrollTop = toY;
    clearTimeout(later);
    later = setTimeout(sharpen, 150);
  }

  var zooms = {
    smaller: function () { resize(width / 1.25); },
    larger: function () { resize(width * 1.25); },
    fit: function () {
      // Once the whole page, once the whole width.
      var whole = Math.min(sheet.clientWidth, sheet.clientHeight * full / tall);
      resize(Math.abs(width - whole) < 2 ? sheet.clientWidth : whole);
    }
  };
  all('[data-zoom]').forEach(function (link) {
    link.addEventListener('click', function (event) {
      event.preventDefault();
      zooms[link.getAttribute('data-zoom')]();
    });
  });
  // A step that the server does not offer at this size is offered here.
  document.addEventListener('keydown', function (event) {
    var key = event.key;
    if (event.ctrlKey || event.altKey || event.target === box || event.defaultPrevented) { return; }
    if (key === '+' || key === '=') { zooms.larger(); }
    if (key === '-') { zooms.smaller(); }
  });
  sheet.addEventListener('wheel', function (event) {
    if (!event.ctrlKey) { return; }
    event.preventDefault();
    resize(width * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX, event.clientY);
  }, { passive: false });

  var from = null;
  var moved = false;
  sheet.addEventListener('mousedown', function (event) {
    if (event.button) { return; }
    from = { x: event.clientX + sheet.scrollLeft, y: event.clientY + sheet.scrollTop };
    moved = false;
  });
  document.addEventListener('mousemove', function (event) {
    if (!from) { return; }
    var x = from.x - event.clientX;
    var y = from.y - event.clientY;
    if (Math.abs(x - sheet.scrollLeft) + Math.abs(y - sheet.scrollTop) > 4) {
      moved = true;
      sheet.classList.add('drag');
    }
    sheet.scrollLeft = x;
    sheet.scrollTop = y;
  });
  document.addEventListener('mouseup', function () {
    from = null;
    sheet.classList.remove('drag');
  });
  sheet.addEventListener('dragstart', function (event) { event.preventDefault(); });

  function named(selector, name) {
    return all(selector).filter(function (one) {
      return one.getAttribute('data-field') === name;
    })[0];
  }

  function choose(name) {
    all('polygon.on').forEach(function (one) { one.classList.remove('on'); });
    all('.rows li.on').forEach(function (one) { one.classList.remove('on'); });
    all('polygon.mark').forEach(function (one) { one.parentNode.removeChild(one); });
    var outline = named('polygon', name);
    var row = named('a[data-row]', name);
    if (row) { row.parentNode.classList.add('on'); }
    if (!outline) { return; }
    outline.classList.add('on');
    outline.parentNode.parentNode.appendChild(outline.parentNode);
    show(outline);
  }

  // Brings an outline into the middle of the sheet, if it is not in view already.
  function show(outline) {
    var place = outline.getBoundingClientRect();
    var bounds = sheet.getBoundingClientRect();
    var inside = place.left >= bounds.left && place.right <= bounds.right &&
      place.top >= bounds.top && place.bottom <= bounds.bottom;
    if (inside) { return; }
    sheet.scrollLeft += place.left + place.width / 2 - bounds.left - bounds.width / 2;
    sheet.scrollTop += place.top + place.height / 2 - bounds.top - bounds.height / 2;
  }

  all('a[data-field]').forEach(function (row) {
    var name = row.getAttribute('data-field');
    row.addEventListener('focus', function () { choose(name); });
    row.addEventListener('click', function (event) { event.preventDefault(); choose(name); });
  });
  all('polygon[data-field]').forEach(function (outline) {
    outline.parentNode.addEventListener('click', function (event) {
      event.preventDefault();
      if (moved) { return; }
      var row = named('a[data-row]', outline.getAttribute('data-field'));
      if (row) { row.focus(); }
    });
  });

  var first = document.querySelector('polygon.on') || document.querySelector('polygon.mark');
  if (first) {
    var on = first.getAttribute('data-field');
    var row = on && named('a[data-row]', on);
    if (row) { row.parentNode.classList.add('on'); }
    // A line of writing that is too small to be read is made larger, once.
    var high = first.getBoundingClientRect().height;
    if (high < READABLE && location.search.indexOf('zoom=') < 0) {
      resize(width * Math.min(READABLE / high, 2.5));
    }
    show(first);
    if (window.innerWidth > 760) { window.scrollTo(0, 0); }
  }
  sharpen();
})();
