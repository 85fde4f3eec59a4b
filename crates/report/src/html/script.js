
(function () {
  "use strict";
  var form = document.getElementById("filter");
  var objects = Array.prototype.slice.call(document.querySelectorAll("#findings .object"));
  function unfold(open) { objects.forEach(function (object) { object.open = open; }); }
  function show() {
    var ranks = {}, words = form.elements.text.value.toLowerCase(), shown = 0;
    Array.prototype.forEach.call(form.elements.rank, function (box) { ranks[box.value] = box.checked; });
    objects.forEach(function (object) {
      var any = false;
      var named = object.firstElementChild.textContent.toLowerCase().indexOf(words) >= 0;
      Array.prototype.forEach.call(object.querySelectorAll(".finding"), function (finding) {
        var fits = ranks[finding.dataset.rank] &&
          (named || finding.textContent.toLowerCase().indexOf(words) >= 0);
        finding.hidden = !fits;
        if (fits) { any = true; shown += 1; }
      });
      object.hidden = !any;
    });
    form.elements.count.value = shown + " shown";
  }
  function follow() {
    var page = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (page && page.tagName === "DETAILS") { page.open = true; page.scrollIntoView(); }
  }
  if (form) {
    form.hidden = false;
    form.addEventListener("input", show);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.elements.unfold.addEventListener("click", function () { unfold(true); });
    form.elements.fold.addEventListener("click", function () { unfold(false); });
  }
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", function () { unfold(true); });
  follow();
})();
