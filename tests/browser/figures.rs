//! The canvases show what the formulas say, where they say it, and in the right colours.

use dropout_moments::scene::{Scene, THREAD_MEASUREMENTS};
use dropout_moments::settings::Settings;
use dropout_moments::theory::Density;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::stage::Stage;

/// Space around the plane of a figure, in CSS pixels.
struct Margins {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The figure's canvas, read pixel by pixel at places of the data.
struct Picture {
    canvas: HtmlCanvasElement,
    margins: Margins,
    x: (f64, f64),
    y: (f64, f64),
}

type Colour = [u8; 3];

impl Picture {
    /// The density figure: activations from left to right, 1.08 times the highest density at the top.
    fn density(stage: &Stage, fragment: &str) -> Self {
        let figure = scene(fragment).density;
        Self {
            canvas: stage.element("#figure-density canvas").unchecked_into(),
            margins: Margins {
                left: 18.0,
                right: 18.0,
                top: 40.0,
                bottom: 44.0,
            },
            x: (figure.range.low, figure.range.high),
            y: (0.0, 1.08 * figure.top),
        }
    }

    /// The ratio figure: p from 0 to 1, and a little room above the highest ratio.
    fn ratio(stage: &Stage, fragment: &str) -> Self {
        let (low, high) = scene(fragment).ratio.range;
        let room = 0.06 * (high - low);
        Self {
            canvas: stage.element("#figure-ratio canvas").unchecked_into(),
            margins: Margins {
                left: 50.0,
                right: 16.0,
                top: 40.0,
                bottom: 44.0,
            },
            x: (0.0, 1.0),
            y: (if low < 1.0 { low - room } else { low }, high + room),
        }
    }

    /// Where a point of the data lies, in CSS pixels from the canvas's corner.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (width, height) = (self.canvas.client_width(), self.canvas.client_height());
        let inner_width = f64::from(width) - self.margins.left - self.margins.right;
        let inner_height = f64::from(height) - self.margins.top - self.margins.bottom;
        (
            self.margins.left + inner_width * (x - self.x.0) / (self.x.1 - self.x.0),
            self.margins.top + inner_height * (self.y.1 - y) / (self.y.1 - self.y.0),
        )
    }

    /// The colour there, `None` where nothing is drawn, or only something translucent.
    fn colour(&self, (x, y): (f64, f64)) -> Option<Colour> {
        let scale = f64::from(self.canvas.width()) / f64::from(self.canvas.client_width());
        assert!(scale >= 2.0, "{scale} pixels to a CSS pixel are not sharp");
        let context: CanvasRenderingContext2d = self
            .canvas
            .get_context("2d")
            .expect("it is the page's kind of context")
            .expect("the page has drawn")
            .unchecked_into();
        let data = context
            .get_image_data((scale * x).floor(), (scale * y).floor(), 1.0, 1.0)
            .expect("the canvas can be read")
            .data();
        let [red, green, blue, alpha] = data[..] else {
            panic!("one pixel is not {} bytes", data.len());
        };
        (alpha == u8::MAX).then_some([red, green, blue])
    }

    /// Fails unless the curve goes through here in this colour, and nothing else does a little above
    /// and below of it.
    fn assert_curve(&self, curve: impl Fn(f64) -> f64, x: f64, colour: Colour, what: &str) {
        // In CSS pixels: more than half of a curve's width, and of a dot of the histogram.
        const BESIDE: f64 = 5.0;
        let (left, top) = self.place((x, curve(x)));
        assert_near(self.colour((left, top)), colour, &format!("{what} at {x}"));
        // Where the curve is steep, its distance is less than the difference in height.
        let step = 1e-3 * (self.x.1 - self.x.0);
        let (next_left, next_top) = self.place((x + step, curve(x + step)));
        let slope = (next_top - top) / (next_left - left);
        let beside = BESIDE * slope.hypot(1.0);
        for place in [(left, top - beside), (left, top + beside)] {
            let other = self.colour(place);
            assert!(
                other.is_none_or(|other| distance(other, colour) > 60),
                "{what} at {x}: {beside} CSS pixels beside it there is {other:?} as well"
            );
        }
    }
}

fn scene(fragment: &str) -> Scene {
    Scene::new(&Settings::from_fragment(fragment).settings, None)
}

fn distance(a: Colour, b: Colour) -> u32 {
    a.into_iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(b)))
        .sum()
}

#[track_caller]
fn assert_near(actual: Option<Colour>, expected: Colour, what: &str) {
    assert!(
        actual.is_some_and(|actual| distance(actual, expected) <= 6),
        "{what}: {actual:?} is drawn, not {expected:?}"
    );
}

/// The colour in which the page sets the text of an element.
fn text_colour(stage: &Stage, selector: &str) -> Colour {
    css_colour(stage, selector, "color")
}

fn css_colour(stage: &Stage, selector: &str, property: &str) -> Colour {
    let style = stage
        .window
        .get_computed_style(&stage.element(selector))
        .expect("styles can be asked for")
        .expect("the element is shown");
    let text = style.get_property_value(property).unwrap_or_default();
    let numbers: Vec<u8> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    numbers
        .try_into()
        .unwrap_or_else(|_| panic!("{property} of {selector} is {text}"))
}

/// What the figures show with these settings, which leave x normal.
async fn assert_figures(fragment: &str) {
    let stage = Stage::new(fragment).await;
    let before = text_colour(&stage, "figcaption .before");
    let after = text_colour(&stage, "figcaption .after");
    let paper = css_colour(&stage, "html", "background-color");
    assert!(distance(before, after) > 200, "they can't be told apart");

    let settings = Settings::from_fragment(fragment).settings;
    let (input, p) = (&settings.input, settings.drop_probability);
    // Once before the run, and once with its dots on the curves.
    for moment in ["at first", "after the run"] {
        let picture = Picture::density(&stage, fragment);
        let x = Density::before(input);
        for t in [-1.1, -0.8, -0.4, 0.4, 0.8, 1.1] {
            let what = format!("{fragment} {moment}: the density before dropout");
            picture.assert_curve(|t| x.at(t), t, before, &what);
        }
        let d = Density::after(input, p, settings.scaling);
        for t in [-2.1, -0.9, -0.3, 0.3, 0.9, 2.1] {
            let what = format!("{fragment} {moment}: the density after dropout");
            picture.assert_curve(|t| d.at(t), t, after, &what);
        }
        // The stem of the atom at 0.
        let (stem, foot) = picture.place((0.0, 0.0));
        assert_near(picture.colour((stem, foot - 60.0)), after, "the stem");

        let picture = Picture::ratio(&stage, fragment);
        let ratio = |p: f64| 1.0 / (1.0 - p).sqrt();
        for at in [0.05, 0.17, 0.4, 0.6, 0.7, 0.8] {
            picture.assert_curve(ratio, at, after, &format!("{fragment}: the ratio"));
            picture.assert_curve(|_| 1.0, at, before, &format!("{fragment}: the claim"));
        }
        for (at, measured) in THREAD_MEASUREMENTS {
            let (left, top) = picture.place((at, measured));
            let what = format!("the thread's ring at {at}");
            assert_near(picture.colour((left, top)), paper, &what);
            for (x, y) in [(5.0, 0.0), (-5.0, 0.0), (0.0, 5.0), (0.0, -5.0)] {
                assert_near(picture.colour((left + x, top + y)), after, &what);
            }
            // The exact curve goes through the ring.
            let (_, exact) = picture.place((at, ratio(at)));
            assert!((exact - top).abs() < 5.0, "{what} is not on the curve");
        }
        let (left, top) = picture.place((p.get(), ratio(p.get())));
        for (x, y) in [(0.0, 0.0), (4.0, 4.0), (-4.0, -4.0), (-4.0, 4.0)] {
            let what = format!("{fragment}: the marker");
            assert_near(picture.colour((left + x, top + y)), after, &what);
        }
        assert_near(picture.colour((left - 4.0, top - 7.4)), paper, "its edge");
        stage.until_run_is("done").await;
    }
}

#[wasm_bindgen_test]
async fn the_figures_show_the_curves_that_the_formulas_predict() {
    assert_figures("theme=light").await;
}

#[wasm_bindgen_test]
async fn the_figures_are_right_in_the_dark_too() {
    assert_figures("theme=dark").await;
}

#[wasm_bindgen_test]
async fn the_marker_follows_p() {
    let stage = Stage::new("theme=light").await;
    let after = text_colour(&stage, "figcaption .after");
    let marker = |fragment: &str, p: f64| {
        let picture = Picture::ratio(&stage, fragment);
        // Beside the curve, but on the disc.
        let (left, top) = picture.place((p, 1.0 / (1.0 - p).sqrt()));
        picture.colour((left + 4.0, top + 4.0))
    };
    assert_near(marker("", 0.3), after, "the marker at first");
    stage.enter("input[type=range][data-setting=p]", "0.62");
    stage
        .until("the number is written", || {
            stage.value("exact.d.zeros") == Some(0.62)
        })
        .await;
    assert_near(marker("p=0.62", 0.62), after, "the marker, moved");
    assert_ne!(marker("p=0.62", 0.3), Some(after), "where the marker was");
}

#[wasm_bindgen_test]
async fn a_figure_is_drawn_anew_once_it_comes_into_view() {
    let stage = Stage::new("seed=7").await;
    stage.until_run_is("done").await;
    let canvas: HtmlCanvasElement = stage.element("#figure-convergence canvas").unchecked_into();
    let picture = || canvas.to_data_url().expect("the canvas is ours");
    let before = picture();
    stage.click("button[data-set='p=0.5']");
    stage
        .until("p is one half", || stage.value("given.keep") == Some(0.5))
        .await;
    stage.until_run_is("done").await;
    assert!(picture() == before, "it lies below the window");
    let summary = canvas.get_attribute("aria-label").unwrap_or_default();
    assert!(summary.contains("exact value is 1.41421"), "{summary}");
    canvas.scroll_into_view();
    stage
        .until("the figure is drawn", || picture() != before)
        .await;
}
