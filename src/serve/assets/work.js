// Keys of checking, and typing with Telex or VNI. Every page works without this file.
(function () {
  'use strict';

  var answer = document.getElementById('answer');
  if (!answer) { return; }

  // --- Keys: F2, F4, F8, F9, Alt+1, Alt+2 press the buttons that bear them ------------

  document.addEventListener('keydown', function (event) {
    var name = (event.altKey ? 'Alt+' : '') + event.key;
    var button = Array.prototype.filter.call(document.querySelectorAll('[data-press]'), function (one) {
      return one.getAttribute('data-press') === name;
    })[0];
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
  Array.prototype.forEach.call(document.querySelectorAll('[data-take]'), function (button) {
    button.addEventListener('click', function () {
      answer.value = button.getAttribute('data-take');
      answer.focus();
      button.form.querySelector('[value=accept]').click();
    });
  });
  answer.setSelectionRange(answer.value.length, answer.value.length);

  // --- Typing -------------------------------------------------------------------------

  var TONES = { f: '\u0300', s: '\u0301', x: '\u0303', r: '\u0309', j: '\u0323' };
  var DIGITS = { 2: '\u0300', 1: '\u0301', 4: '\u0303', 3: '\u0309', 5: '\u0323' };
  var MARKS = /[\u0300\u0301\u0303\u0309\u0323]/g;

  function plain(letter) { return letter.normalize('NFD').charAt(0).toLowerCase(); }
  function isVowel(letter) { return 'aeiouy'.indexOf(plain(letter)) >= 0; }
  function isHatted(letter) { return /[\u0302\u0306\u031b]/.test(letter.normalize('NFD')); }
  function toneless(word) { return word.normalize('NFD').replace(MARKS, '').normalize('NFC'); }
  function toneOf(word) { return (word.normalize('NFD').match(MARKS) || [''])[0]; }

  // Where the tone stands: on a letter with a hat or horn, else in the middle of three
  // vowels or on the first of two at the end of the word, else on the last.
  function withTone(word, tone) {
    var letters = toneless(word).split('');
    if (!tone) { return letters.join(''); }
    var vowels = [];
    letters.forEach(function (letter, at) { if (isVowel(letter)) { vowels.push(at); } });
    if (vowels.length > 1 && /^(qu|gi)/i.test(letters.join(''))) { vowels.shift(); }
    if (!vowels.length) { return null; }
    var hatted = vowels.filter(function (at) { return isHatted(letters[at]); });
    var open = vowels[vowels.length - 1] === letters.length - 1;
    var place = vowels[vowels.length - 1];
    if (hatted.length) { place = hatted[hatted.length - 1]; }
    else if (vowels.length === 3) { place = vowels[1]; }
    else if (vowels.length === 2 && open) { place = vowels[0]; }
    letters[place] = (letters[place].normalize('NFD') + tone).normalize('NFC');
    return letters.join('');
  }

  // The last letters of `of` in the word get the mark; null where there is none.
  function marked(word, of, mark) {
    var tone = toneOf(word);
    var letters = toneless(word).split('');
    for (var at = letters.length - 1; at >= 0; at -= 1) {
      var letter = letters[at];
      if (of.indexOf(letter.toLowerCase()) < 0) { continue; }
      letters[at] = (letter + mark).normalize('NFC');
      var before = letters[at - 1];
      if (mark === '\u031b' && plain(letter) === 'o' && before && before.toLowerCase() === 'u') {
        letters[at - 1] = (before + mark).normalize('NFC');
      }
      return withTone(letters.join(''), tone);
    }
    return null;
  }

  function barred(word) {
    var at = word.search(/d/i);
    if (at < 0) { return null; }
    return word.slice(0, at) + (word.charAt(at) === 'd' ? '\u0111' : '\u0110') + word.slice(at + 1);
  }

  // What a key makes of the word before it; null where it is only a letter.
  function typed(word, key, way) {
    var low = key.toLowerCase();
    var tones = way === 'telex' ? TONES : DIGITS;
    if (tones[low]) {
      // The same tone again takes it away and leaves the key.
      if (toneOf(word) === tones[low]) { return toneless(word) + key; }
      return withTone(word, tones[low]);
    }
    if (low === (way === 'telex' ? 'z' : '0') && toneOf(word)) { return toneless(word); }
    if (way === 'telex') {
      if (low === 'd') { return /^d[^d]*$/i.test(word) ? barred(word) : null; }
      if ('aeo'.indexOf(low) >= 0) { return marked(word, low, '\u0302'); }
      if (low === 'w') { return marked(word, 'ou', '\u031b') || marked(word, 'a', '\u0306'); }
      return null;
    }
    if (low === '9') { return barred(word); }
    if (low === '6') { return marked(word, 'aeo', '\u0302'); }
    if (low === '7') { return marked(word, 'ou', '\u031b'); }
    if (low === '8') { return marked(word, 'a', '\u0306'); }
    return null;
  }

  var way = document.getElementById('typing');
  try { way.value = localStorage.getItem('typing') || ''; } catch (error) { way.value = ''; }
  way.addEventListener('change', function () {
    try { localStorage.setItem('typing', way.value); } catch (error) { /* kept for this page only */ }
    answer.focus();
  });
  answer.addEventListener('keypress', function (event) {
    if (!way.value || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.key.length !== 1) { return; }
    var from = answer.selectionStart;
    if (from !== answer.selectionEnd) { return; }
    var before = answer.value.slice(0, from);
    var word = before.match(/[^\s\d.,;:\/()-]*$/)[0];
    if (!word) { return; }
    var now = typed(word, event.key, way.value);
    if (now === null) { return; }
    event.preventDefault();
    var start = before.slice(0, before.length - word.length) + now;
    answer.value = start + answer.value.slice(from);
    answer.setSelectionRange(start.length, start.length);
  });
})();
