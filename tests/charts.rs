//! The figures, drawn onto a recorder and as SVG.
#![cfg(not(target_arch = "wasm32"))]

use std::convert::Infallible;

use dropout_moments::charts::{
    Palette, UNIT, draw_convergence, draw_density, draw_ratio, drop_probability_at,
};
use dropout_moments::sampling::Experiment;
use dropout_moments::scene::{Run, Scene};
use dropout_moments::settings::{SampleCount, Seed, Settings};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use plotters_svg::SVGBackend;

const BEFORE: (u8, u8, u8) = (0x00, 0x72, 0xb2);
const AFTER: (u8, u8, u8) = (0xc2, 0x4d, 0x0a);

/// CSS pixels.
const WIDE: (u32, u32) = (560, 330);
const NARROW: (u32, u32) = (340, 255);

/// A backend that remembers what it was asked to draw, in CSS pixels.
#[derive(Default)]
struct Drawing {
    paths: Vec<Path>,
    discs: Vec<Disc>,
    labels: Vec<Label>,
}

struct Disc {
    centre: (f64, f64),
    radius: f64,
}

struct Path {
    colour: (u8, u8, u8),
    width: f64,
    points: Vec<(f64, f64)>,
}

#[derive(Debug, Clone)]
struct Label {
    text: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

struct Recorder<'a> {
    size: (u32, u32),
    drawing: &'a mut Drawing,
}

type Outcome<T = ()> = Result<T, DrawingErrorKind<Infallible>>;

fn css((x, y): (i32, i32)) -> (f64, f64) {
    (
        f64::from(x) / f64::from(UNIT),
        f64::from(y) / f64::from(UNIT),
    )
}

/// An estimate of a sans-serif text's size in CSS pixels.
fn text_size(text: &str, style: &impl BackendTextStyle) -> (f64, f64) {
    let size = style.size() / f64::from(UNIT);
    (0.56 * size * text.chars().count() as f64, size)
}

impl DrawingBackend for Recorder<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.size.0 * UNIT, self.size.1 * UNIT)
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, _: (i32, i32), _: BackendColor) -> Outcome {
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.drawing.paths.push(Path {
            colour: style.color().rgb,
            width: f64::from(style.stroke_width()) / f64::from(UNIT),
            points: path.into_iter().map(css).collect(),
        });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: (i32, i32),
        radius: u32,
        _: &S,
        _: bool,
    ) -> Outcome {
        self.drawing.discs.push(Disc {
            centre: css(center),
            radius: f64::from(radius) / f64::from(UNIT),
        });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        _: I,
        _: &S,
    ) -> Outcome {
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: (i32, i32)) -> Outcome {
        let ((x, y), (width, height)) = (css(at), text_size(text, style));
        let left = match style.anchor().h_pos {
            HPos::Left => x,
            HPos::Center => x - width / 2.0,
            HPos::Right => x - width,
        };
        let top = match style.anchor().v_pos {
            VPos::Top => y,
            VPos::Center => y - height / 2.0,
            VPos::Bottom => y - height,
        };
        self.drawing.labels.push(Label {
            text: text.to_owned(),
            left,
            top,
            right: left + width,
            bottom: top + height,
        });
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Outcome<(u32, u32)> {
        let (width, height) = text_size(text, style);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the size of a short text"
        )]
        let units = |css: f64| (css * f64::from(UNIT)).ceil() as u32;
        Ok((units(width), units(height)))
    }
}

fn scene(fragment: &str) -> Scene {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    Scene::new(&parsed.settings, None)
}

/// What is drawn on a figure of this size.
fn record(
    size: (u32, u32),
    draw: impl FnOnce(&DrawingArea<Recorder<'_>, Shift>) -> Result<(), DrawingAreaErrorKind<Infallible>>,
) -> Drawing {
    let mut drawing = Drawing::default();
    let recorder = Recorder {
        size,
        drawing: &mut drawing,
    };
    draw(&recorder.into_drawing_area()).expect("a recorder does not fail");
    drawing
}

fn density(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_density(area, &scene.density, &Palette::LIGHT)
    })
}

fn ratio(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| draw_ratio(area, &scene.ratio, &Palette::LIGHT))
}

fn convergence(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_convergence(area, &scene.convergence, &Palette::LIGHT)
    })
}

/// The scene with a run of so many samples.
fn scene_with_run(fragment: &str, samples: u64) -> Scene {
    let settings = Settings::from_fragment(fragment).settings;
    let count = SampleCount::new(samples).expect("is allowed");
    let experiment = Experiment::new(&settings, count, Seed(7));
    let mut estimate = experiment.estimate();
    for chunk in 0..experiment.chunks() {
        estimate.add(&experiment.run_chunk(chunk));
    }
    let run = Run {
        estimate: &estimate,
        samples,
        seconds: 1.0,
    };
    Scene::new(&settings, Some(run))
}

impl Drawing {
    /// Where the curves of this colour are at x, in CSS pixels.
    fn height_at(&self, colour: (u8, u8, u8), x: f64) -> Option<f64> {
        self.paths
            .iter()
            .filter(|path| path.colour == colour && path.width == 2.5)
            .flat_map(|path| path.points.windows(2))
            .find(|pair| (pair[0].0..=pair[1].0).contains(&x) && pair[1].0 > pair[0].0)
            .map(|pair| {
                let share = (x - pair[0].0) / (pair[1].0 - pair[0].0);
                pair[0].1 + share * (pair[1].1 - pair[0].1)
            })
    }

    fn has_label(&self, text: &str) -> bool {
        self.labels.iter().any(|label| label.text == text)
    }

    fn label(&self, text: &str) -> &Label {
        let found = self.labels.iter().find(|label| label.text == text);
        found.unwrap_or_else(|| panic!("there is no label {text:?}"))
    }
}

/// Axes are given by two tick labels: the figure's own statement of where its data lie.
fn x_of(drawing: &Drawing, ticks: [(&str, f64); 2], value: f64) -> f64 {
    let middle = |text: &str| {
        let label = drawing.label(text);
        (label.left + label.right) / 2.0
    };
    let [(a, a_value), (b, b_value)] = ticks;
    middle(a) + (middle(b) - middle(a)) * (value - a_value) / (b_value - a_value)
}

/// N(0, 1) before, N(0, 1/0.7²) with weight 0.7 after: their heights, relative to the highest.
#[test]
fn density_curves_lie_where_the_formula_says() {
    let drawing = density(&scene(""), WIDE);
    let ticks = [("−4", -4.0), ("4", 4.0)];
    let foot = drawing.height_at(BEFORE, x_of(&drawing, ticks, -4.4));
    let peak = drawing.height_at(BEFORE, x_of(&drawing, ticks, 0.0));
    let (foot, peak) = (foot.expect("is drawn"), peak.expect("is drawn"));
    for t in [-3.0, -2.0, -1.0, -0.5, 0.3, 1.0, 1.5, 2.5, 4.0] {
        let x = x_of(&drawing, ticks, t);
        let before = f64::exp(-t * t / 2.0);
        let after = 0.49 * f64::exp(-(0.7 * t) * (0.7 * t) / 2.0);
        for (colour, expected) in [(BEFORE, before), (AFTER, after)] {
            let y = drawing.height_at(colour, x).expect("is drawn");
            let height = (foot - y) / (foot - peak);
            assert!((height - expected).abs() < 0.01, "{t}: {height} {expected}");
        }
    }
}

#[test]
fn the_atom_at_0_is_a_stem_with_its_mass() {
    let drawing = density(&scene("p=0.3"), WIDE);
    assert!(drawing.has_label("30 % are exactly 0"));
    let zero = x_of(&drawing, [("−4", -4.0), ("4", 4.0)], 0.0);
    let stem = drawing
        .paths
        .iter()
        .find(|path| path.colour == AFTER && path.width == 3.0)
        .expect("is drawn");
    assert!(stem.points.iter().all(|point| (point.0 - zero).abs() < 1.0));
    assert!(!density(&scene("p=0"), WIDE).has_label("0 % are exactly 0"));
}

#[test]
fn the_ratio_curve_goes_through_the_exact_values_and_the_threads() {
    let drawing = ratio(&scene("p=0.3"), WIDE);
    let ticks = [("0", 0.0), ("1", 1.0)];
    let y_of = |label: &str| {
        let label = drawing.label(label);
        (label.top + label.bottom) / 2.0
    };
    let (one, two) = (y_of("1×"), y_of("2×"));
    let to_y = |ratio: f64| one + (two - one) * (ratio - 1.0);
    for p in [0.05, 0.1, 0.25, 0.3, 0.5, 0.7, 0.8] {
        let y = drawing.height_at(AFTER, x_of(&drawing, ticks, p));
        let expected = to_y(1.0 / f64::sqrt(1.0 - p));
        let y = y.expect("is drawn");
        // Grid lines, from which the scale is read, lie up to half a pixel off.
        assert!((y - expected).abs() < 1.6, "{p}: {y} {expected}");
    }
    for (p, ratio) in [(0.1, 1.05), (0.25, 1.15), (0.5, 1.41), (0.3, 1.1952)] {
        let (x, y) = (x_of(&drawing, ticks, p), to_y(ratio));
        let there = drawing
            .discs
            .iter()
            .any(|disc| (disc.centre.0 - x).abs() < 1.0 && (disc.centre.1 - y).abs() < 1.0);
        assert!(there, "there is no disc at p = {p}");
    }
    assert!(drawing.has_label("+19.5 %"));
}

#[test]
fn a_pointer_on_the_marker_points_at_its_probability() {
    for size in [WIDE, NARROW] {
        for p in [0.0, 0.1, 0.5, 0.99] {
            let drawing = ratio(&scene(&format!("p={p}")), size);
            let marker = drawing.discs.iter().find(|disc| disc.radius == 7.0);
            let (x, _) = marker.expect("is drawn").centre;
            let pointed = drop_probability_at(x, size.0);
            assert!((pointed - p).abs() < 0.002, "{pointed} {p}");
        }
    }
}

#[test]
fn the_estimate_ends_at_its_samples_and_value() {
    let scene = scene_with_run("p=0.5", 3_000_000);
    let drawing = convergence(&scene, WIDE);
    let last = scene.convergence.estimates.last().expect("there was a run");
    let x = x_of(&drawing, [("1000", 3.0), ("10⁶", 6.0)], f64::log10(3e6));
    let y_of = |label: &str| {
        let label = drawing.label(label);
        (label.top + label.bottom) / 2.0
    };
    let (low, high) = (y_of("1.4"), y_of("1.5"));
    let y = low + (high - low) * (last.value - 1.4) / 0.1;
    let [dot] = drawing.discs.as_slice() else {
        panic!("there is not one dot");
    };
    assert!((dot.centre.0 - x).abs() < 1.0, "{} {x}", dot.centre.0);
    assert!((dot.centre.1 - y).abs() < 1.6, "{} {y}", dot.centre.1);
    assert!(drawing.has_label("exact 1.41421"));
}

#[test]
fn a_histogram_is_drawn_as_dots_at_its_heights() {
    let dots = |scene: &Scene| {
        density(scene, WIDE)
            .discs
            .iter()
            .filter(|it| it.radius < 2.0)
            .count()
    };
    assert_eq!(dots(&scene("")), 0);
    assert!(dots(&scene_with_run("", 100_000)) > 120);
}

/// Every setting draws, inside of the figure, and without a number that is none.
#[test]
fn extreme_settings_draw_inside_of_the_figure() {
    for input in ["normal", "relu", "uniform", "ones"] {
        for scale in ["none", "inverted", "sqrt", "gaussian", "alpha"] {
            for rest in [
                "",
                "p=0",
                "p=0.999999",
                "mu=10&sigma=0.001",
                "mu=-10",
                "sigma=0",
                "sigma=0&mu=3",
                "p=0.9&mu=-3",
            ] {
                let scene = scene(&format!("input={input}&scale={scale}&{rest}"));
                for size in [WIDE, NARROW] {
                    for drawing in [density, ratio, convergence].map(|draw| draw(&scene, size)) {
                        let points = drawing.paths.iter().flat_map(|path| &path.points);
                        for (x, y) in points {
                            let inside = (-1.0..=f64::from(size.0) + 1.0).contains(x)
                                && (-1.0..=f64::from(size.1) + 1.0).contains(y);
                            assert!(inside, "{input} {scale} {rest}: ({x}, {y})");
                        }
                        for label in &drawing.labels {
                            let text = &label.text;
                            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn labels_do_not_collide_while_p_is_dragged() {
    for fragment in [
        "",
        "mu=1",
        "scale=none",
        "scale=sqrt",
        "scale=gaussian",
        "scale=alpha",
    ] {
        for per_cent in 0..=95 {
            let scene = scene(&format!("{fragment}&p={}", f64::from(per_cent) / 100.0));
            let drawings = [WIDE, NARROW].map(|size| [density(&scene, size), ratio(&scene, size)]);
            for drawing in drawings.as_flattened() {
                for (index, a) in drawing.labels.iter().enumerate() {
                    for b in &drawing.labels[..index] {
                        let apart = a.right <= b.left
                            || b.right <= a.left
                            || a.bottom <= b.top
                            || b.bottom <= a.top;
                        assert!(apart, "{fragment} {per_cent} %: {a:?} {b:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn figures_are_drawn_as_svg_with_text_as_text() {
    let mut svg = String::new();
    {
        let size = (WIDE.0 * UNIT, WIDE.1 * UNIT);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw_ratio(&area, &scene("").ratio, &Palette::DARK).expect("a string does not fail");
    }
    assert!(svg.starts_with("<svg"));
    assert!(svg.contains("what the lecture said"));
    assert!(
        svg.contains("#F39A4D"),
        "the dark palette's colour of after"
    );
}
