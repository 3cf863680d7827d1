//! Where things are on screens of every size: nothing is cut off, covered, too small to hit, or moves
//! when it should not.

use dropout_moments::settings::{Figure, Named as _};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::Stage;

/// The settings beside the text, and in a bar above it. All are within the test's window.
const WIDE: (u32, u32) = (1280, 720);
const NARROW: (u32, u32) = (390, 844);

/// What `check`, a function from an element to what is wrong with it, or nothing, says of all that
/// can be pressed or written into and is shown.
fn complaints(stage: &Stage, check: &str) -> String {
    let script = format!(
        "[...document.querySelectorAll('a[href], button, input, summary')]
            .filter((it) => !it.disabled && it.getClientRects().length > 0)
            .map((it) => [({check})(it), it.outerHTML.slice(0, 90)])
            .filter(([wrong]) => wrong)
            .join('\\n')"
    );
    let complaints = stage.run_script(&script);
    complaints.as_string().expect("the script gives a text")
}

#[wasm_bindgen_test]
async fn no_window_has_to_be_scrolled_sideways() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    for width in [320, 360, 390, 640, 768, 1024, 1199, 1200, 1440, 2560, 3840] {
        stage.resize(width, 900).await;
        let too_wide = stage.run_script(
            "[...document.querySelectorAll('html, pre, .table')]
                .filter((it) => it.scrollWidth > it.clientWidth)
                .map((it) => `${it.localName} is ${it.scrollWidth} wide in ${it.clientWidth}`)
                .join()",
        );
        assert_eq!(too_wide, "", "in a window {width} wide");
    }
}

/// Alone in a frame, a figure has all of itself in it, and what reads it lies over its plot.
#[wasm_bindgen_test]
async fn a_figure_alone_is_whole_in_a_frame_of_any_width() {
    for (name, _) in Figure::NAMES {
        let stage = Stage::new(&format!("seed=7&embed={name}")).await;
        for width in [320, 700, 900, 1100, 1600] {
            stage.resize(width, 900).await;
            let off = stage.run_script(&format!(
                "const box = (it) => it.getBoundingClientRect();
                const figure = document.getElementById('figure-{name}');
                const {{ left, right }} = box(figure);
                const apart = box(figure.querySelector('.plot')).top - box(figure.querySelector('.reader')).top;
                left < 0 || right > innerWidth || Math.abs(apart) > 1 ? `${{left}} ${{right}} ${{apart}}` : ''"
            ));
            assert_eq!(off, "", "{name} in a frame {width} wide");
        }
    }
}

#[wasm_bindgen_test]
async fn all_that_can_be_pressed_is_as_large_as_a_fingertip() {
    let stage = Stage::new("seed=7").await;
    for (width, height) in [WIDE, NARROW] {
        stage.resize(width, height).await;
        stage.run_script("document.querySelector('#more-settings').togglePopover()");
        // In the prose, what is around a button belongs to it.
        let small = complaints(
            &stage,
            "(it) => {
                const { height } = it.getBoundingClientRect();
                const around = parseFloat(getComputedStyle(it, '::after').height);
                const high = Math.max(height, around || 0);
                return high < 43.9 && `${high} high`;
            }",
        );
        assert_eq!(small, "", "in a window {width} wide");
    }
}

#[wasm_bindgen_test]
async fn what_has_the_focus_is_never_under_the_controls() {
    let stage = Stage::new("seed=7").await;
    for (width, height) in [WIDE, NARROW] {
        stage.resize(width, height).await;
        for scroll in ["0", "1e6"] {
            stage.run_script(&format!("scrollTo(0, {scroll})"));
            let covered = complaints(
                &stage,
                "(it) => {
                    it.focus();
                    const controls = document.querySelector('#controls');
                    if (controls.contains(it)) return '';
                    const { left, width, top, bottom } = it.getBoundingClientRect();
                    // Of what is large, Firefox scrolls no more into view than it has to.
                    if (bottom < 0 || top > innerHeight) return 'out of view';
                    return [top + 1, bottom - 1].some((y) =>
                        controls.contains(document.elementFromPoint(left + width / 2, y))) && 'covered';
                }",
            );
            assert_eq!(covered, "", "in a window {width} wide, from {scroll}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_control_of_p_stays_in_view() {
    let stage = Stage::new("seed=7").await;
    for (width, height) in [WIDE, (1440, 900), NARROW, (768, 1024)] {
        stage.resize(width, height).await;
        for share in [0.2, 0.5, 0.8] {
            let place = stage.run_script(&format!(
                "scrollTo(0, {share} * (document.body.scrollHeight - innerHeight));
                const p = document.querySelector('#p').getBoundingClientRect();
                `${{scrollY > 0}} ${{p.top >= 0 && p.bottom <= innerHeight && p.width > 80}}`"
            ));
            assert_eq!(place, "true true", "{width} × {height} at {share}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_other_settings_are_beside_the_text_or_one_button_away() {
    let stage = Stage::new("seed=7").await;
    let is_shown = |selector: &str| {
        let script = format!("document.querySelector('{selector}').checkVisibility()");
        stage.run_script(&script).is_truthy()
    };
    stage.resize(WIDE.0, WIDE.1).await;
    assert!(is_shown("#mu") && is_shown("[data-action=reset]"));
    assert!(!is_shown("#controls > .more"), "there is no more");

    stage.resize(NARROW.0, NARROW.1).await;
    assert!(is_shown("#p") && !is_shown("#mu"));
    stage.click("#controls > .more");
    assert!(is_shown("#mu"), "they come up");
    stage.enter("#mu", "1");
    stage
        .until("the setting is taken", || {
            stage.value("exact.x.mean") == Some(1.0)
        })
        .await;
    assert!(is_shown("#mu"), "they stay while they are used");
    stage.click("#more-settings .more");
    assert!(!is_shown("#mu"), "and go");
}

/// Where the first figure begins, from the page's top, in whole CSS pixels.
async fn figures_top(stage: &Stage, scale: &str, p: &str) -> Option<f64> {
    stage.click(&format!("input[name=scale][value={scale}]"));
    stage.enter("#p", p);
    stage.finish("#p");
    // The page has asked for its frame before this.
    stage.frame().await;
    assert!(stage.text("#answer").contains(&format!("p = {p}")));
    let top = "Math.round(document.querySelector('.pair').getBoundingClientRect().top + scrollY)";
    stage.run_script(top).as_f64()
}

#[wasm_bindgen_test]
async fn no_answer_moves_what_is_below_it() {
    let stage = Stage::new("seed=7").await;
    for (width, height) in [WIDE, (1440, 900), (768, 1024), NARROW, (320, 568)] {
        stage.resize(width, height).await;
        let room = figures_top(&stage, "inverted", "0.30").await;
        // In a narrow window there is room for the sentence of the rule that all begin with.
        let scales: &[_] = if width > 400 {
            &["inverted", "none", "sqrt", "gaussian", "alpha"]
        } else {
            &["inverted", "gaussian"]
        };
        for scale in scales {
            for p in ["0.05", "0.30", "0.99"] {
                let top = figures_top(&stage, scale, p).await;
                assert_eq!(top, room, "{width} wide, p = {p}, {scale}");
            }
        }
    }
}
