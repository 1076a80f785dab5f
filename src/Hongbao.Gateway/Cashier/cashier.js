// Pays without leaving the page, and keeps asking while finance thinks. Without this script the form does the same by itself.
(function () {
  'use strict';

  // The ticket in the address is used up: with this page's own one a reload shows the order again.
  var again = document.currentScript.dataset.again;
  history.replaceState(null, '', again);

  document.addEventListener('DOMContentLoaded', function () {
    var form = document.getElementById('pay');
    if (!window.fetch) return;
    var button = form.querySelector('button');
    var state = document.getElementById('state');
    var words = form.dataset;
    var busy = false;
    var asked = 0;
    var askedMax = 60;

    function show(isBusy, text, label) {
      busy = isBusy;
      button.setAttribute('aria-disabled', String(isBusy));
      button.textContent = label;
      state.textContent = text;
    }

    function wait(retryAfter) {
      if (++asked > askedMax) {
        show(false, words.stillWaiting, words.tryAgain);
        return;
      }
      show(true, words.waitingMore, words.waiting);
      setTimeout(pay, Math.max(retryAfter * 1000 || 0, Math.min(5000, 500 + asked * 250)));
    }

    function pay() {
      fetch(form.action, { method: 'POST', headers: { accept: 'application/json' }, cache: 'no-store', credentials: 'omit' }).then(
        function (response) {
          if (response.status === 429 || response.status === 503) {
            wait(Number(response.headers.get('retry-after')));
            return undefined;
          }
          // Closed, someone else's, link over: the page itself says so.
          if (!response.ok) {
            location.replace(again);
            return undefined;
          }
          return response.json().then(function (answer) {
            if (answer.status === 'SUCCEEDED') location.replace(words.publish);
            else wait(0);
          });
        }
      ).catch(function () {
        // No answer: paying again pays once.
        wait(0);
      });
    }

    form.addEventListener('submit', function (event) {
      event.preventDefault();
      if (busy) return;
      asked = 0;
      show(true, words.waitingMore, words.waiting);
      pay();
    });

    if (words.state === 'waiting') wait(0);
  });
})();
