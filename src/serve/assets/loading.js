// Files dropped into the page, and how far a run is. Folders of the server need no script.
(function () {
  'use strict';

  var running = document.getElementById('running');
  if (running) {
    window.setInterval(function () {
      fetch('/loading/state').then(function (answer) { return answer.json(); }).then(function (now) {
        if (!now.running) { location.reload(); return; }
        var pages = document.getElementById('pages');
        pages.max = Math.max(1, now.pages_expected);
        pages.value = now.pages_done;
        document.getElementById('count').textContent = now.pages_done + ' / ' + now.pages_expected;
        var told = document.getElementById('told');
        told.textContent = told.textContent.replace(/[\d.,]+/, String(now.files));
      }).catch(function () { /* asked again in a second */ });
    }, 1000);
    return;
  }

  var drop = document.getElementById('drop');
  if (!drop) { return; }
  drop.hidden = false;
  var form = document.getElementById('deliver');
  var begin = document.getElementById('begin');
  var bar = document.getElementById('sent');
  var line = document.getElementById('sending');
  var queue = [];
  var bytes = { sent: 0, all: 0 };
  var files = { sent: 0, skipped: 0, all: 0 };
  var broken = [];
  var busy = 0;
  var AT_ONCE = 2;

  function tell() {
    bar.hidden = false;
    bar.max = Math.max(1, bytes.all);
    bar.value = bytes.sent;
    line.textContent = drop.getAttribute('data-arrived').replace('{n}', String(files.sent)).replace('{x}', String(files.all - files.skipped));
    if (files.skipped) { line.textContent += ' ' + drop.getAttribute('data-skipped').replace('{n}', String(files.skipped)); }
    if (broken.length) {
      line.textContent += ' ' + drop.getAttribute('data-failed').replace('{n}', String(broken.length)).replace('{x}', broken[0]);
    }
    begin.disabled = busy > 0 || queue.length > 0 || files.sent === 0;
    if (!begin.disabled) { begin.focus(); }
  }

  function next() {
    while (busy < AT_ONCE && queue.length) { send(queue.shift()); }
    tell();
  }

  function send(one) {
    busy += 1;
    var address = '/loading/file?delivery=' + encodeURIComponent(form.elements.delivery.value) + '&path=' + encodeURIComponent(one.path);
    fetch(address, { method: 'POST', body: one.file, headers: { 'X-Form-Key': drop.getAttribute('data-key'), 'Content-Type': 'application/octet-stream' } })
      .then(function (answer) {
        if (answer.status === 201) { files.sent += 1; return null; }
        // What systems leave in folders, and nobody scanned.
        if (answer.ok) { files.skipped += 1; return null; }
        return answer.json().then(function (problem) { throw new Error(problem.detail || problem.title); });
      })
      .catch(function (error) { broken.push(one.path + ': ' + error.message); })
      .then(function () {
        busy -= 1;
        bytes.sent += one.file.size;
        next();
      });
  }

  function add(file, path) {
    queue.push({ file: file, path: path });
    files.all += 1;
    bytes.all += file.size;
  }

  // What was dropped: files, and folders with all that lies in them.
  function walk(entry, done) {
    if (entry.isFile) {
      entry.file(function (file) { add(file, entry.fullPath.replace(/^\//, '')); done(); }, done);
      return;
    }
    var reader = entry.createReader();
    (function more() {
      reader.readEntries(function (entries) {
        if (!entries.length) { done(); return; }
        var left = entries.length;
        entries.forEach(function (one) { walk(one, function () { left -= 1; if (!left) { more(); } }); });
      }, done);
    })();
  }

  document.addEventListener('dragover', function (event) { event.preventDefault(); drop.classList.add('over'); });
  document.addEventListener('dragleave', function () { drop.classList.remove('over'); });
  document.addEventListener('drop', function (event) {
    event.preventDefault();
    drop.classList.remove('over');
    var entries = Array.prototype.map.call(event.dataTransfer.items, function (item) {
      return item.webkitGetAsEntry && item.webkitGetAsEntry();
    }).filter(Boolean);
    var left = entries.length;
    entries.forEach(function (entry) { walk(entry, function () { left -= 1; if (!left) { next(); } }); });
  });
  ['files', 'folder'].forEach(function (name) {
    document.getElementById(name).addEventListener('change', function (event) {
      Array.prototype.forEach.call(event.target.files, function (file) { add(file, file.webkitRelativePath || file.name); });
      event.target.value = '';
      next();
    });
  });
})();
