// Keys of the pages of a file. Every tool is a button that works without this file; it is
// written for browsers of 2016.
(function () {
  'use strict';

  var form = document.getElementById('contact');
  if (!form) { return; }
  var sent = false;

  // The page that somebody works on: where the focus is, or the one that it was on.
  function leaf() {
    var on = document.activeElement;
    return on && on.closest ? on.closest('.leaf') : null;
  }

  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { return; }
    var at = leaf();
    if (!at) { return; }
    if (event.key === 'k') {
      var select = document.getElementById('kind-' + at.getAttribute('data-first'));
      if (select) {
        event.preventDefault();
        select.focus();
      }
      return;
    }
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      var all = Array.prototype.slice.call(document.querySelectorAll('.leaf .thumb'));
      var next = all[all.indexOf(at.querySelector('.thumb')) + (event.key === 'ArrowRight' ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
      return;
    }
    var button = at.querySelector('[data-tool="' + event.key.toLowerCase() + '"]');
    if (event.key.length === 1 && button) {
      event.preventDefault();
      button.click();
    }
  });

  // Enter on a kind sets it, as its button does.
  Array.prototype.forEach.call(form.querySelectorAll('select'), function (select) {
    select.addEventListener('keydown', function (event) {
      if (event.key === 'Enter') {
        event.preventDefault();
        select.parentNode.querySelector('button').click();
      }
    });
  });

  // A page that is turned is read again, which takes a while: once is enough.
  form.addEventListener('submit', function (event) {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    document.getElementById('working').textContent = form.getAttribute('data-working');
    form.setAttribute('aria-busy', 'true');
  });
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) {
      sent = false;
      form.removeAttribute('aria-busy');
      document.getElementById('working').textContent = '';
    }
  });
})();
