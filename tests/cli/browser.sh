#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The page of a sweep in a real browser: its script runs, keys move, a fragment
# chooses a position, nothing is loaded, colours can be told apart. Skipped
# without Chromium.
. tests/cli/common.bash

browser=$(command -v chromium || command -v chromium-browser ||
    command -v google-chrome)
if [ -z "$browser" ]; then
    echo "ok a browser # SKIP there is no Chromium"
    exit 0
fi

# load NAME FILE[#FRAGMENT] [OPTION...]: its document afterwards is in dom, what
# its console says in console.
load() {
    local name=$1 page=$2
    shift 2
    HOME=$work check "$name" 0 timeout 60 "$browser" --headless --no-sandbox \
        --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" \
        --host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr \
        --window-size=1280,1600 --virtual-time-budget=2000 "$@" --dump-dom \
        "file://$work/$page"
    mv out dom
    grep ':CONSOLE' err >console
    : >err
}

dom_has() { grep -qF -- "$1" dom; }

# drive PAGE: a copy that ends with the script on stdin, drive.html.
drive() {
    sed '/^<\/body>$/,$d' "$1" >drive.html
    {
        echo "<script>"
        cat
        echo "</script></body></html>"
    } >>drive.html
}

# A list of what happened is in the document: <output>name=value</output>.
told() { test_that "$1" grep -qF -- "<output>$1</output>" dom; }

check "a sweep" 1 "$tool" sweep ab-good --native --check 0 --jobs 1 \
    --html swept.html
token=$(sed -n "s/^  replay    \(otalab replay '.*'\)$/\1/p" out | head -n 1)

# ---- a fragment chooses a position -----------------------------------------------

load "the page" swept.html#p1
test_that "the console is empty" [ ! -s console ]
test_that "the fragment's position is shown" dom_has '<h2>Position 1</h2>'
test_that "it alone is pressed" \
    [ "$(grep -o '<button[^>]*aria-pressed="true"[^>]*>' dom |
        grep -o 'id="[^"]*"')" = 'id="p1"' ]
test_that "with the command of the report" dom_has "<code>$token</code>"
command=$(sed -n "s/.*<code>otalab replay '\([^']*form=erase-all-zero\)'<.*/\1/p" dom)
check "a command of the page replays" 1 "$tool" replay -q "$command"
test_that "each lane of the timeline shows it, at one place" \
    [ "$(grep -o '<line [^>]*x1="[0-9.]*%"' dom | uniq -c | awk '{ print $1 }')" = 3 ]
test_that "two fail, in one lane" \
    [ "$(grep -c '<rect class="failed".* height="100%"' dom)" = 2 ]

# ---- keys, names, colours --------------------------------------------------------

drive swept.html <<'END'
const tell = (name, value) => {
  make('output', name + '=' + value, document.body);
};
const all = (selector) => [...document.querySelectorAll(selector)];
const press = (...keys) => {
  for (const key of keys) {
    document.activeElement.dispatchEvent(
      new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  }
  return document.activeElement.id;
};

tell('nothing is chosen', detail.querySelector('h2') === null);
cells[0].focus();
tell('right', press('ArrowRight'));
tell('down, the same column', press('ArrowDown'));
tell('down, a shorter row', press('ArrowRight', 'ArrowRight', 'ArrowDown'));
tell('up', press('ArrowUp'));
tell('end', press('End'));
tell('down at the end', press('ArrowDown', 'ArrowRight'));
tell('home', press('Home'));
tell('up at the start', press('ArrowUp', 'ArrowLeft'));
tell('in the tab order', cells.filter((cell) => cell.tabIndex === 0).length);
tell('keys choose nothing', detail.querySelector('h2') === null);
press('ArrowRight');
document.activeElement.click();
tell('chosen', detail.querySelector('h2').textContent);
tell('the address names it', location.hash);

const lane = time.querySelector('svg');
const box = lane.getBoundingClientRect();
lane.dispatchEvent(new MouseEvent('click', {clientX: box.right - 1}));
tell('a click on the timeline', detail.querySelector('h2').textContent);

tell('loaded', performance.getEntriesByType('resource').length);
tell('language', document.documentElement.lang);
tell('buttons without a name', all('button').filter((button) =>
  !button.getAttribute('aria-label')).length);
tell('headers without a scope', all('th').filter((th) => !th.scope).length);
tell('pictures without a name', all('svg').filter((svg) =>
  !svg.closest('[role=img]').getAttribute('aria-label')).length);
tell('links to nothing', all('a').filter((a) =>
  !document.getElementById(a.hash.slice(1))).length);
tell('changes are announced', detail.getAttribute('aria-live'));
tell('wider than the window',
  document.documentElement.scrollWidth > document.documentElement.clientWidth);

// WCAG 2.1, 1.4.3: the contrast of text is at least 4.5.
const luminance = (color) => color.match(/\d+/g).slice(0, 3).map((value) => {
  const part = value / 255;
  return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (node) => {
  const color = getComputedStyle(node).backgroundColor;
  return color === 'rgba(0, 0, 0, 0)' ? ground(node.parentElement) : color;
};
const contrast = (node) => {
  const two = [getComputedStyle(node).color, ground(node)].map(luminance);
  return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
};
const texts = all('main *').filter((node) => node.tagName !== 'BUTTON' ||
  node.closest('.cells')).filter((node) => [...node.childNodes].some(
  (child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== ''));
tell('texts without contrast', texts.filter((node) =>
  contrast(node) < 4.5).map((node) => node.outerHTML).join());
tell('texts are many', texts.length > 100);
const [r, g, b] = ground(document.body).match(/\d+/g).map(Number);
tell('the ground is dark', r + g + b < 200);
END

load "keys" drive.html
test_that "no error" [ ! -s console ]
told "nothing is chosen=true"
told "right=p2"
told "down, the same column=p4"
told "down, a shorter row=p8"
told "up=p4"
told "end=p10"
told "down at the end=p10"
told "home=p1"
told "up at the start=p1"
told "in the tab order=1"
told "keys choose nothing=true"
told "chosen=Position 2"
told "the address names it=#p2"
told "a click on the timeline=Position 9"
told "loaded=0"
told "language=en"
told "buttons without a name=0"
told "headers without a scope=0"
told "pictures without a name=0"
told "links to nothing=0"
told "changes are announced=polite"
told "texts are many=true"
told "texts without contrast="
told "the ground is dark=false"

load "dark and narrow" drive.html --blink-settings=preferredColorScheme=0 \
    --window-size=400,900
told "the ground is dark=true"
told "texts without contrast="
told "wider than the window=false"

# ---- the checks above can fail ---------------------------------------------------

drive swept.html <<'END'
make('img', '', document.body).src = 'http://192.0.2.1/x.png';
END
load "a page that would load a picture" drive.html
test_that "may not, and says so" grep -q 'Content Security Policy' console

exit $failed
