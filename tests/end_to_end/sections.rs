//! Each section's main path: on a server, in one file on the disk, by keys alone, in another page.

use dropout_moments::network::{Simulation, SimulationEstimate};
use dropout_moments::sampling::Survey;
use dropout_moments::scene::{Measured, Readable as _, Scene, Sections, Simulated};
use dropout_moments::settings::Seed;

use super::browser::{KEY_END, KEY_ENTER, KEY_ESCAPE, KEY_HOME, KEY_TAB};
use super::*;

#[test]
fn every_section_does_what_it_is_for() {
    let visit = Visit::with(Rules::default());
    visit.run_first(SAVE);
    visit.open(FRAGMENT);
    go_through(&visit.browser);
    assert_no_errors(&visit.browser);
}

#[test]
fn every_section_does_what_it_is_for_in_one_file_on_the_disk() {
    let browser = Browser::start();
    let address = one_file::one_file("every_section_in_one_file", SAVE);
    browser.open(&format!("{address}#{FRAGMENT}"));
    until_ready(&browser);
    go_through(&browser);
    assert_no_errors(&browser);
}

const FRAGMENT: &str = "p=0.5&seed=7&layers=4&width=64";

/// Goes through the page as a reader does who tries everything once.
fn go_through(browser: &Browser) {
    assert_works(browser, FRAGMENT);

    // 1, a run of another size and seed.
    enter(browser, "#n", "5000000");
    enter(browser, "#seed", "8");
    browser.click("button[data-action=run]");
    until_value_is(browser, "run.samples", "5000000");
    let fragment = "p=0.5&n=5000000&seed=8&layers=4&width=64";
    assert_works(browser, fragment);
    assert_workers_have_worked(browser);

    // 2, the derivation.
    browser.click("button[data-symbol=mu]");
    browser.until("document.querySelector('button[data-symbol=mu]').ariaPressed === 'true'");
    browser.click("#figure-mask button[data-action=draw]");
    until_text_has(browser, "[data-sentence=mask]", "Draw 2:");
    browser.click("button[data-check]");
    until_text_has(browser, "#self-check-summary", "tests passed");
    let failed = "return document.querySelectorAll('#self-check [data-result=failed]').length";
    assert_eq!(browser.run(failed), 0);

    // 3, the layer.
    browser.click("button[data-action=draw-many]");
    until_text_has(browser, "[data-sentence='layer.draws']", "draws so far");
    browser.click("button[data-set='weights=few']");
    browser.until("location.hash.includes('weights=few')");

    // 4, the other rules, and the reader's own data.
    let settings = Settings::from_fragment(fragment).settings;
    let survey = Survey::run(&settings, Seed(8));
    let rules = Measured {
        survey: Some(&survey),
        ..Measured::default()
    };
    let rules = Scene::of(&settings, rules, Sections::ALL).quantities;
    let is_measured = |name: &str| name.starts_with("rules.") && name.contains(".measured.");
    browser.rectangle("#figure-rules");
    browser.until(
        "document.querySelector(\"[data-quantity='rules.alpha.measured.std']\").dataset.value",
    );
    let shown = quantities(browser);
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    let mut measured = 0;
    for rule in rules.iter().filter(|it| is_measured(&it.name)) {
        let value = shown.get(&rule.name).copied();
        assert_eq!(bits(value), bits(rule.value), "{}", rule.name);
        measured += 1;
    }
    assert!(measured >= 10, "{measured}");
    enter(browser, "#data-text", "1 2 3 4");
    browser.click("button[data-action=use-text]");
    browser.until("location.hash.includes('input=custom')");
    until_value_is(browser, "exact.x.mean", "2.5");

    // 5, networks that learn; one file does not bring what they learn from.
    browser.click("button[data-action=train]");
    if browser.run("return location.protocol") == "file:" {
        until_text_has(browser, "#training", "not in the page as one file");
    } else {
        browser.until("document.getElementById('training-progress').value > 0");
        browser.click("button[data-action=train-pause]");
        until_training_is(browser, "paused");
        browser.click("button[data-action=train-pause]");
        until_training_is(browser, "running");
        browser.click("button[data-action=train-cancel]");
        until_training_is(browser, "cancelled");
    }

    // 6, a deep network, with the same numbers as natively.
    browser.click("button[data-action=simulate]");
    browser.until("document.getElementById('simulation').dataset.simulation === 'done'");
    browser.run("document.querySelector('#figure-depth .data').open = true");
    let table = "[...document.querySelectorAll('#figure-depth .data tr:not(:first-of-type) > *')]
        .map((cell) => cell.textContent)";
    // It is written when the figure is in view.
    let simulated = simulated(fragment);
    let cells = simulated.as_array().map_or(0, Vec::len);
    browser.until(&format!("{table}.length === {cells}"));
    assert_eq!(browser.run(&format!("return {table}")), simulated);

    // 7, what can be taken away.
    let link = text(&browser.run("return document.getElementById('permalink').textContent"));
    assert!(link.ends_with(&self::fragment(browser)), "{link}");
    choose(browser, "#framework", "NumPy");
    until_text_has(browser, "#framework-code", "import numpy");
    browser.click("button[data-copy=framework-code]");
    let copied = "document.querySelector('button[data-copy=framework-code]').textContent";
    browser.until(&format!("{copied} === 'Copied'"));
    browser.run("document.querySelector('#figure-ratio .take').click()");
    for (format, file, begins) in [
        ("SVG", "dropout-ratio.svg", "<svg "),
        ("PNG", "dropout-ratio.png", "\u{fffd}PNG"),
        ("CSV", "dropout-ratio.csv", ""),
        ("JSON", "dropout-ratio.json", "{"),
        ("Markdown table", "dropout-ratio.md", "**"),
        ("LaTeX table", "dropout-ratio.tex", ""),
    ] {
        choose(browser, "#take-ratio select", format);
        browser.run("document.querySelector('#take-ratio .export .actions button').click()");
        browser.until(&format!("saved['{file}']"));
        let content = text(&browser.run(&format!("return saved['{file}']")));
        assert!(content.starts_with(begins), "{file}: {content}");
    }
    browser.run("document.getElementById('take-ratio').hidePopover()");
    browser.run("document.querySelector('.card[data-embed-figure=ratio]').click()");
    // The preview is the page itself, which says how high it is.
    browser.until("document.querySelector('#embed-preview').dataset.height > 200");
    until_text_has(browser, "#embed-code", "<iframe");
    browser.click("#embed-dialog [data-close]");

    // 8, and the page's looks.
    browser.click("input[name=theme][value=dark]");
    browser.until("document.documentElement.dataset.theme === 'dark'");
    browser.click("button[data-action=reset]");
    until_p_is(browser, 0.3);
}

/// The depth figure's table, as it is natively.
fn simulated(fragment: &str) -> Value {
    let settings = Settings::from_fragment(fragment).settings;
    let simulation = Simulation::new(&settings, settings.seed.expect("it names a seed"));
    let mut estimate = SimulationEstimate::new(&simulation);
    for part in 0..Simulation::PARTS {
        let added = estimate.add(&simulation.run_part(part));
        added.expect("a part fits its own simulation");
    }
    let layers = estimate.layers(&simulation);
    let measured = Measured {
        simulation: Some(Simulated {
            layers: &layers,
            width: settings.depth.width.get(),
            inputs: estimate.inputs(),
            seconds: 1.0,
        }),
        ..Measured::default()
    };
    let figure = Scene::of(&settings, measured, Sections::ALL).depth;
    json!(figure.expect("all sections were asked for").table().cells)
}

/// Writes into a field, and is done with it.
fn enter(browser: &Browser, selector: &str, value: &str) {
    browser.run(&format!(
        "const field = document.querySelector('{selector}');
        field.value = '{value}';
        for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {{ bubbles: true }}))"
    ));
}

fn until_text_has(browser: &Browser, selector: &str, part: &str) {
    browser.until(&format!(
        "document.querySelector(\"{selector}\").textContent.includes('{part}')"
    ));
}

fn until_training_is(browser: &Browser, state: &str) {
    browser.until(&format!(
        "document.getElementById('training').dataset.training === '{state}'"
    ));
}

/// A section that is laid out only near the window paints nothing outside of its box.
#[test]
fn nothing_of_a_section_is_cut_off() {
    let visit = Visit::new("seed=7");
    let cut = "return [...document.querySelectorAll('main > section')].flatMap((section) => {
        const box = section.getBoundingClientRect();
        return [...section.querySelectorAll('*')].filter((it) => {
            const { left, right, width } = it.getBoundingClientRect();
            return width > 0 && !it.closest('.table *, pre, .plot *') && (left < box.left - 1 || right > box.right + 1);
        }).map((it) => `${section.id}: ${it.localName}.${it.className}`);
    })";
    for width in [390, 1000, 1280, 1600] {
        visit.browser.resize(width, 1000);
        for section in ["#why", "#layer", "#rules", "#training", "#depth", "#share"] {
            visit.browser.rectangle(section);
            visit
                .browser
                .measure("await new Promise(requestAnimationFrame)");
        }
        let cut = visit.browser.run(cut);
        let cut = cut.as_array().expect("a list");
        // The first section is always there, and paints wherever it likes.
        let cut: Vec<_> = cut
            .iter()
            .map(text)
            .filter(|it| !it.starts_with("run:"))
            .collect();
        assert_eq!(cut, Vec::<String>::new(), "{width} pixels");
    }
}

/// From the page's beginning to its end with Tab, and Enter where there is something to do.
#[test]
fn keys_alone_lead_to_everything() {
    let visit = Visit::new("p=0.5&seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    let reach = |selector: &str| {
        let there = format!("return document.activeElement.matches(\"{selector}\")");
        for _ in 0..150 {
            if browser.run(&there) == true {
                return;
            }
            browser.press(&[KEY_TAB]);
        }
        panic!("no key leads to {selector}");
    };
    reach("a.skip");
    reach("#p");
    browser.press(&[KEY_RIGHT]);
    until_p_is(browser, 0.51);
    reach("button[data-set='p=0.1']");
    browser.press(&[KEY_ENTER]);
    until_p_is(browser, 0.1);
    reach("button[data-action=run-full]");
    browser.press(&[KEY_ENTER]);
    until_value_is(browser, "run.samples", "100000000");
    assert_shown(browser, &measured("p=0.1&seed=7", SampleCount::FORUM));
    reach("#figure-convergence .reader");
    reach("button[data-check]");
    reach("#figure-layer button[data-action=draw]");
    browser.press(&[KEY_ENTER]);
    until_text_has(browser, "[data-sentence='layer.draws']", "2 draws so far");
    reach("button[data-set='scale=sqrt']");
    browser.press(&[KEY_ENTER]);
    browser.until("location.hash.includes('scale=sqrt')");
    reach("#data-text");
    reach("button[data-action=train]");
    reach("#layers");
    reach("button[data-action=simulate]");
    browser.press(&[KEY_ENTER]);
    browser.until("document.getElementById('simulation').dataset.simulation === 'done'");
    reach("#framework");
    reach(".card[data-embed-figure=ratio]");
    browser.press(&[KEY_ENTER]);
    browser.until("document.getElementById('embed-dialog').open");
    reach("#embed-dialog [data-close]");
    browser.press(&[KEY_ENTER]);
    browser.until("!document.getElementById('embed-dialog').open");
    assert_no_errors(browser);
}

/// A link can lead to the gallery, where each figure has a picture, in the colours that are chosen.
#[test]
fn a_link_to_the_gallery_leads_there_and_its_cards_can_be_clicked() {
    let visit = Visit::new("share");
    let browser = &visit.browser;
    until_ready(browser);
    browser.until(
        "Math.abs(document.getElementById('share').getBoundingClientRect().top) < innerHeight",
    );
    browser.click(".card[data-embed-figure=units]");
    browser.until("document.getElementById('embed-dialog').open");
    until_text_has(browser, "#embed-code", "embed=units");
    browser.click("#embed-dialog [data-close]");
    browser.until("!document.getElementById('embed-dialog').open");
    let focused = "return document.activeElement.matches('.card[data-embed-figure=units]')";
    assert_eq!(browser.run(focused), true);

    let pictures =
        "[...document.querySelectorAll('.card')].map((card) => card.querySelector('.picture'))";
    // The shapes of a picture, or the pixels of a canvas that something has been drawn on.
    let drawn = format!(
        "{pictures}.map((it) => it instanceof SVGElement ? it.childElementCount :
            it.getContext('2d').getImageData(0, 0, it.width, it.height).data.filter(Boolean).length)"
    );
    browser.until(&format!("{drawn}.every((it) => it > 5)"));
    let canvases = "[...document.querySelectorAll('.card canvas')].map((it) => it.toDataURL())";
    browser.run(&format!("window.before = {canvases}"));
    assert_eq!(browser.run("return before.length"), 4);
    browser.click("input[name=theme][value=dark]");
    browser.until(&format!("{canvases}.every((it, i) => it !== before[i])"));
    assert_no_errors(browser);
}

/// What the keys beyond Tab do on each kind of control.
#[test]
fn each_control_answers_to_its_keys() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    let has_focus = |selector: &str| format!("document.activeElement.matches(\"{selector}\")");

    // The skip link leads past the settings: what Tab reaches next is in the experiment.
    browser.keys("a.skip", &[KEY_ENTER]);
    browser.press(&[KEY_TAB]);
    browser.until(&has_focus("#run *"));

    // Sliders.
    browser.keys("#p", &[KEY_HOME]);
    until_p_is(browser, 0.0);
    browser.press(&[KEY_END]);
    until_p_is(browser, 0.99);
    browser.keys("button[data-set='p=0.5']", &[" "]);
    until_p_is(browser, 0.5);

    // Choices of one out of several.
    browser.keys("input[name=input][value=normal]", &[KEY_RIGHT]);
    browser.until(&has_focus("[name=input][value=relu]:checked"));
    browser.until("location.hash.includes('input=relu')");
    browser.press(&[KEY_LEFT]);
    browser.until("!location.hash.includes('input')");

    // A figure is read with arrows, and Escape ends it.
    let says = |words: &str| {
        let reader = "document.querySelector('#figure-density .reader')";
        format!("({reader}.getAttribute('aria-valuetext') ?? ''){words}")
    };
    browser.keys("#figure-density .reader", &[KEY_RIGHT]);
    browser.until(&says(" !== ''"));
    let first = browser.run(&format!("return {}", says("")));
    browser.press(&[KEY_RIGHT]);
    browser.until(&says(&format!(" !== {first}")));
    browser.press(&[KEY_ESCAPE]);
    browser.until(&says(" === ''"));

    // What opens and closes.
    let details = "document.querySelector('#figure-density .data').open";
    browser.keys("#figure-density .data summary", &[" "]);
    browser.until(details);
    browser.press(&[KEY_ENTER]);
    browser.until(&format!("!{details}"));

    // A dialog ends with Escape, and the focus is where it was.
    let card = ".card[data-embed-figure=ratio]";
    browser.keys(card, &[" "]);
    browser.until("document.getElementById('embed-dialog').open");
    browser.until(&has_focus("#embed-dialog *"));
    browser.press(&[KEY_ESCAPE]);
    browser.until("!document.getElementById('embed-dialog').open");
    browser.until(&has_focus(card));

    // Of a menu that it was opened from, only the button is still there.
    let take = "#figure-ratio .take";
    browser.keys(take, &[KEY_ENTER]);
    browser.until("document.getElementById('take-ratio').matches(':popover-open')");
    browser.keys("#take-ratio [data-embed-figure]", &[KEY_ENTER]);
    browser.until("document.getElementById('embed-dialog').open");
    browser.press(&[KEY_ESCAPE]);
    browser.until("!document.getElementById('embed-dialog').open");
    browser.until(&has_focus(take));

    // So do the settings where they are behind a button.
    browser.resize(390, 800);
    let more = "button.more[popovertarget]:not([popovertargetaction])";
    let open = "document.getElementById('more-settings').matches(':popover-open')";
    browser.keys(more, &[KEY_ENTER]);
    browser.until(open);
    browser.press(&[KEY_ESCAPE]);
    browser.until(&format!("!{open}"));
    browser.until(&has_focus(more));
    assert_no_errors(browser);
}

/// What a teacher's page can do with a figure.
#[test]
fn a_host_shows_one_figure_and_hears_and_tells_its_settings() {
    let visit = Visit::with(Rules {
        extra: Some((
            "host.html",
            "<!doctype html><meta charset=utf-8><link rel=icon href=data:,>
            <iframe width=700 height=500 src=\"figure/ratio/#p=0.5&seed=7\"></iframe>
            <script>
            globalThis.heard = {};
            addEventListener('message', ({ data }) => {
                if (data.source === 'dropout-moments') heard[data.type] = data;
            });
            globalThis.tell = (fragment) => document.querySelector('iframe').contentWindow
                .postMessage({ target: 'dropout-moments', type: 'set', fragment }, '*');
            </script>",
        )),
        ..Rules::default()
    });
    let browser = &visit.browser;
    browser.open(&visit.server.address("host.html"));
    browser.until("heard.resize?.height > 200");
    browser.until("heard.state?.numbers['exact.d.zeros'] === 0.5");
    browser.run("tell('#p=0.1')");
    browser.until("heard.state.numbers['exact.d.zeros'] === 0.1");
    let fragment = text(&browser.run("return heard.state.fragment"));
    assert!(fragment.starts_with("#p=0.1&"), "{fragment}");
    browser.enter_frame();
    until_ready(browser);
    until_p_is(browser, 0.1);
    let shown = "return [...document.querySelectorAll('figure')]
        .filter((it) => it.checkVisibility()).map((it) => it.id)";
    assert_eq!(browser.run(shown), json!(["figure-ratio"]));
    assert_no_errors(browser);
}
