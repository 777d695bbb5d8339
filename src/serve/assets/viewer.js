// The viewer: zoom with tiles, drag, fields and their outlines. The page works without this
// file as one image with links; it is written for browsers of 2016.
(function () {
  'use strict';

  function all(selector) {
    return Array.prototype.slice.call(document.querySelectorAll(selector));
  }

  var box = document.getElementById('q');
  var sheet = document.querySelector('.paper');
  var paper = document.getElementById('paper');
  if (!sheet || !paper) { return; }
  var picture = paper.querySelector('image');
  var full = Number(paper.getAttribute('data-width'));
  var tall = Number(paper.getAttribute('data-height'));
  var have = Number(paper.getAttribute('data-have'));
  var width = paper.getBoundingClientRect().width;
  var later = 0;
  // Height of a line of writing that is read without effort, in pixels of the screen.
  var READABLE = 26;

  // --- Tiles: what is looked at, as fine as the screen shows it ------------------------

  var tiles = document.getElementById('tiles');
  var service = paper.getAttribute('data-tiles');
  var turn = Number(paper.getAttribute('data-turn'));
  var pageWidth = Number(picture.getAttribute('width'));
  var pageHeight = Number(picture.getAttribute('height'));
  var TILE = 512;
  var wanted = {};

  // The part of the page that is in view, in its own pixels.
  function inView() {
    var bounds = sheet.getBoundingClientRect();
    var place = paper.getBoundingClientRect();
    var ratio = full / place.width;
    var left = Math.max(0, bounds.left - place.left) * ratio;
    var top = Math.max(0, bounds.top - place.top) * ratio;
    var right = Math.min(full, (bounds.right - place.left) * ratio);
    var bottom = Math.min(tall, (bounds.bottom - place.top) * ratio);
    if (turn === 1) { return [top, pageHeight - right, bottom, pageHeight - left]; }
    if (turn === 2) {
      return [pageWidth - right, pageHeight - bottom, pageWidth - left, pageHeight - top];
    }
    if (turn === 3) { return [pageWidth - bottom, left, pageWidth - top, right]; }
    return [left, top, right, bottom];
  }

  function tile(x, y, step, factor) {
    var across = Math.min(step, pageWidth - x);
    var down = Math.min(step, pageHeight - y);
    var name = x + ',' + y + ',' + across + ',' + down + '/' +
      Math.ceil(across / factor) + ',' + Math.ceil(down / factor);
    wanted[name] = true;
    if (tiles.querySelector('[data-tile="' + name + '"]')) { return; }
    var one = document.createElementNS('http://www.w3.org/2000/svg', 'image');
    one.setAttribute('data-tile', name);
    one.setAttribute('x', x);
    one.setAttribute('y', y);
    one.setAttribute('width', across);
    one.setAttribute('height', down);
    one.setAttribute('preserveAspectRatio', 'none');
    one.addEventListener('load', function () { one.setAttribute('data-ready', ''); tidy(); });
    one.setAttribute('href', service + '/' + name + '/0/default.jpg');
    tiles.appendChild(one);
  }

  // Tiles that are not looked at go as soon as those that are have come.
  function tidy() {
    var all = Array.prototype.slice.call(tiles.childNodes);
    var complete = all.every(function (one) {
      return !wanted[one.getAttribute('data-tile')] || one.hasAttribute('data-ready');
    });
    if (!complete && all.length < 200) { return; }
    all.forEach(function (one) {
      if (!wanted[one.getAttribute('data-tile')]) { tiles.removeChild(one); }
    });
  }

  function sharpen() {
    var scale = width * (window.devicePixelRatio || 1) / full;
    wanted = {};
    if (scale * pageWidth > have * 1.1) {
      var factor = 1;
      while (factor * 2 <= 1 / scale) { factor *= 2; }
      var step = TILE * factor;
      var view = inView();
      for (var y = Math.floor(view[1] / step) * step; y < view[3]; y += step) {
        for (var x = Math.floor(view[0] / step) * step; x < view[2]; x += step) {
          if (x >= 0 && y >= 0) { tile(x, y, step, factor); }
        }
      }
    }
    tidy();
  }

  function soon() {
    clearTimeout(later);
    later = setTimeout(sharpen, 80);
  }
  sheet.addEventListener('scroll', soon);
  window.addEventListener('resize', soon);

  // --- How the picture is shown --------------------------------------------------------

  all('button[data-view]').forEach(function (button) {
    button.hidden = false;
    button.addEventListener('click', function () {
      var what = button.getAttribute('data-view');
      if (what === 'print') { window.print(); return; }
      var on = sheet.classList.toggle(what);
      button.setAttribute('aria-pressed', on ? 'true' : 'false');
    });
  });

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
    soon();
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
    if (event.button || sheet.classList.contains('letters')) { return; }
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
