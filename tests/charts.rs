//! The figures, drawn onto a recorder.
#![cfg(not(target_arch = "wasm32"))]

use std::convert::Infallible;

use dropout_moments::charts::{
    Caption, Palette, UNIT, activation_at, decade_at, draw_convergence, draw_density, draw_depth,
    draw_layer, draw_mask, draw_ratio, draw_rules, draw_study, draw_training, draw_units,
    draw_variance, drop_probability_at, is_on_marker, layer_at, layer_unit_at, output_at,
    rules_activation_at, study_at, training_at, unit_at, variance_at,
};
use dropout_moments::sampling::{Experiment, LayerDraws, Range};
use dropout_moments::scene::{
    Cursor, LabelledAtom, Measured, Readable, Run, Scene, Sections, Symbol, Table,
};
use dropout_moments::settings::{SampleCount, Seed, Settings};
use dropout_moments::theory::Exact;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

const BEFORE: (u8, u8, u8) = (0x00, 0x72, 0xb2);
const AFTER: (u8, u8, u8) = (0xbd, 0x4a, 0x05);
const GRID: (u8, u8, u8) = (0xe4, 0xe0, 0xd9);

/// CSS pixels.
const WIDE: (u32, u32) = (560, 330);
const NARROW: (u32, u32) = (340, 255);

/// A backend that remembers what it was asked to draw, in CSS pixels.
#[derive(Default)]
struct Drawing {
    paths: Vec<Path>,
    discs: Vec<Disc>,
    areas: Vec<Area>,
    labels: Vec<Label>,
}

struct Disc {
    centre: (f64, f64),
    radius: f64,
}

struct Area {
    colour: (u8, u8, u8),
    points: Vec<(f64, f64)>,
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
    (0.6 * size * text.chars().count() as f64, size)
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
        corners: I,
        style: &S,
    ) -> Outcome {
        self.drawing.areas.push(Area {
            colour: style.color().rgb,
            points: corners.into_iter().map(css).collect(),
        });
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

/// A figure of one of the sections.
fn there<F>(figure: &Option<F>) -> &F {
    figure.as_ref().expect("a whole scene has it")
}

fn convergence(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_convergence(area, there(&scene.convergence), &Palette::LIGHT)
    })
}

fn variance(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_variance(area, there(&scene.variance), &Palette::LIGHT)
    })
}

fn mask(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_mask(area, there(&scene.mask), &Palette::LIGHT)
    })
}

fn rules(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_rules(area, there(&scene.rules), &Palette::LIGHT)
    })
}

/// What is drawn of a layer, and of its units.
const LAYER_SIZES: [(u32, u32); 3] = [(700, 320), (340, 300), (300, 265)];

fn layer(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_layer(area, there(&scene.layer), &Palette::LIGHT)
    })
}

fn layer_units(scene: &Scene, size: (u32, u32)) -> Drawing {
    record(size, |area| {
        draw_units(area, there(&scene.units), &Palette::LIGHT)
    })
}

/// The scene with the layer's draws up to one, the last of which has fallen so far.
fn scene_with_draws(fragment: &str, last: u32, fallen: f64) -> Scene {
    let mut settings = Settings::from_fragment(fragment).settings;
    let mut draws = LayerDraws::new(&settings);
    settings.draw = last;
    draws.advance(last, u32::MAX);
    let measured = Measured {
        draws: Some((&draws, fallen)),
        ..Measured::default()
    };
    Scene::of(&settings, measured, Sections::ALL)
}

/// The scene with a run of so many samples.
fn scene_with_run(fragment: &str, samples: u64) -> Scene {
    let settings = Settings::from_fragment(fragment).settings;
    let count = SampleCount::new(samples).expect("is allowed");
    let experiment = Experiment::new(&settings, count, Seed(7));
    let estimate = experiment.run();
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
    let last = there(&scene.convergence)
        .estimates
        .last()
        .expect("there was a run");
    let x = x_of(&drawing, [("10³", 3.0), ("10⁶", 6.0)], f64::log10(3e6));
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

/// The rules' figure at the sizes that the page gives it.
const RULES_SIZES: [(u32, u32); 2] = [(704, 563), (350, 620)];

/// What a curve of this colour and width does in each panel, from the top: its feet and its peak.
fn feet_and_peaks(drawing: &Drawing, colour: (u8, u8, u8), width: f64) -> Vec<(f64, f64)> {
    let of_curves = (drawing.paths.iter())
        .filter(|path| path.colour == colour && path.width == width && path.points.len() > 9);
    let of_curves = of_curves.map(|path| {
        let heights = path.points.iter().map(|point| point.1);
        (
            heights.clone().fold(0.0, f64::max),
            heights.fold(1e9, f64::min),
        )
    });
    of_curves.collect()
}

/// x is N(0, 1); what is kept is N(0, s²) with weight 0.7: the heights of both are as 1 : 0.7/s.
#[test]
fn every_rule_is_drawn_on_one_scale() {
    for size in RULES_SIZES {
        let drawing = rules(&scene("p=0.3"), size);
        let before = feet_and_peaks(&drawing, BEFORE, 1.5);
        let after = feet_and_peaks(&drawing, AFTER, 2.0);
        assert_eq!(before.len(), 5);
        let height = before[0].0 - before[0].1;
        let pitch = before[1].0 - before[0].0;
        for (panel, (foot, peak)) in before.iter().enumerate() {
            assert!((foot - peak - height).abs() < 0.3, "{panel}");
            assert!((foot - before[0].0 - pitch * panel as f64).abs() < 0.5);
        }
        for (panel, scale) in [(0, 1.0), (1, 1.0 / 0.7), (2, 0.7_f64.powf(-0.5))] {
            let (foot, peak) = after[panel];
            let expected = 0.7 / scale;
            let found = (foot - peak) / height;
            assert!(
                (found - expected).abs() < 0.01,
                "{panel}: {found} {expected}"
            );
        }
        for (label, count) in [("none", 1), ("30 %", 4), ("alpha", 1)] {
            let found = drawing.labels.iter().filter(|it| it.text == label).count();
            assert_eq!(found, count, "{label}");
        }
        assert!(drawing.has_label("before: std 1.00, mean 0"));
    }
}

/// a·q·α' of maths.md §8 at p = 0.5.
#[test]
fn alpha_dropout_has_its_stem_where_dropped_units_go() {
    for size in RULES_SIZES {
        let drawing = rules(&scene("p=0.5"), size);
        let x = x_of(&drawing, [("−2", -2.0), ("2", 2.0)], -0.779_193_930_5);
        let stem = (drawing.discs.iter()).find(|disc| (disc.centre.0 - x).abs() < 1.0);
        let stem = stem.expect("there is one");
        // In the last panel.
        assert!(stem.centre.1 > 0.6 * f64::from(size.1), "{:?}", stem.centre);
    }
}

#[test]
fn the_rules_are_told_in_words() {
    let scene = scene("p=0.5&mu=1");
    let figure = there(&scene.rules);
    assert_eq!(
        figure.summary,
        "Density of the activations before dropout and under each rule, on one scale. Before: std \
         1.00, mean 1. none: std 0.87, mean 0.5, 50 % are exactly 0. 1/(1−p): std 1.73, mean 1, \
         50 % are exactly 0. 1/√(1−p): std 1.22, mean 0.707, 50 % are exactly 0. Gaussian: std \
         1.73, mean 1. alpha: std 1.37, mean 0.443, 50 % are −0.779."
    );
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

/// On a narrow figure two bins have one dot, in the middle of both.
#[test]
fn neighbouring_bins_share_a_dot_where_there_is_little_room() {
    let scene = scene_with_run("", 100_000);
    let drawing = density(&scene, NARROW);
    let ticks = [("−4", -4.0), ("4", 4.0)];
    let dots = drawing.discs.iter().filter(|it| it.radius < 2.0);
    let mut dots: Vec<_> = dots.map(|it| it.centre).collect();
    let foot = f64::from(NARROW.1) - 44.0;
    for distribution in [&scene.density.before, &scene.density.after] {
        for pair in distribution.histogram.chunks_exact(2) {
            let [x, height] = [0, 1].map(|of| {
                let [a, b] = [pair[0], pair[1]].map(|bin| [bin.0, bin.1][of]);
                (a + b) / 2.0
            });
            if height <= 0.0 || height > 1.08 * scene.density.top {
                continue;
            }
            let y = foot * (1.0 - height / (1.08 * scene.density.top));
            // The plane begins 40 pixels below the figure's top.
            let at = (x_of(&drawing, ticks, x), y + 40.0 * (foot - y) / foot);
            let near = |dot: &(f64, f64)| (dot.0 - at.0).hypot(dot.1 - at.1) < 1.0;
            let dot = dots.iter().position(near);
            dots.swap_remove(dot.unwrap_or_else(|| panic!("there is no dot at {at:?}")));
        }
    }
    assert_eq!(dots, [], "these are of no bins");
}

/// Where x and d have all of something at the same value, their stems stand side by side.
#[test]
fn stems_of_one_place_stand_side_by_side() {
    for (fragment, apart) in [
        ("sigma=0", 10.0),
        ("sigma=0&mu=3&p=0", 10.0),
        ("sigma=0&mu=3&p=0.005", 10.0),
        ("input=relu", 10.0),
        ("sigma=0&mu=3&p=0.3", 0.0),
    ] {
        let drawing = density(&scene(fragment), WIDE);
        let stems = |colour| {
            let stems = drawing.paths.iter();
            stems.filter(move |path| path.colour == colour && path.width == 3.0)
        };
        let before = stems(BEFORE).next().expect("x has an atom").points[0].0;
        let nearest = stems(AFTER)
            .map(|path| path.points[0].0 - before)
            .min_by(|a, b| a.abs().total_cmp(&b.abs()))
            .expect("d has an atom");
        // Of 0.5 % dropped, what is kept lies a little to the right.
        let expected = apart..apart + 2.5;
        let is_alone = apart == 0.0 && nearest > 20.0;
        assert!(
            is_alone || expected.contains(&nearest),
            "{fragment}: {nearest}"
        );
    }
}

/// What lies to the left of a curve's peak names x, what lies to the right of it d.
#[test]
fn the_names_of_the_densities_stand_on_their_outer_sides() {
    for (fragment, ticks, peak_of_x) in [
        ("", [("−4", -4.0), ("4", 4.0)], 0.0),
        ("mu=2&sigma=0.5", [("0", 0.0), ("2", 2.0)], 2.0),
    ] {
        let scene = scene(fragment);
        let drawing = density(&scene, WIDE);
        let x = x_of(&drawing, ticks, peak_of_x);
        let [before, after] = [&scene.density.before, &scene.density.after];
        assert!(drawing.label(&before.label).right < x, "{fragment}");
        assert!(drawing.label(&after.label).left > x, "{fragment}");
    }
}

/// The bars lie above the foot, one over the other, and what is lit up for μ is the middle of each.
#[test]
fn a_lit_mean_is_the_middle_of_its_bar() {
    let mut scene = scene("p=0.5&mu=1");
    scene.highlight(Some(Symbol::Mean));
    let drawing = density(&scene, WIDE);
    let means: Vec<_> = drawing.discs.iter().filter(|it| it.radius == 5.5).collect();
    assert_eq!(means.len(), 2);
    for (disc, colour) in means.into_iter().zip([BEFORE, AFTER]) {
        let bar = drawing.paths.iter().find(|path| {
            let [from, to] = [path.points[0], path.points[path.points.len() - 1]];
            path.colour == colour && path.width == 1.5 && from.1 == to.1 && from.0 < to.0
        });
        let points = &bar.expect("there is a bar").points;
        assert!((disc.centre.1 - points[0].1).abs() < 0.1);
        assert!((disc.centre.0 - f64::midpoint(points[0].0, points[1].0)).abs() < 0.1);
    }
}

/// The bars of the variance figure: (left, right) of each, from the top down and from the left.
fn bars(drawing: &Drawing) -> Vec<(f64, f64)> {
    drawing
        .areas
        .iter()
        .map(|area| (area.points[0].0, area.points[1].0))
        .collect()
}

#[test]
fn bars_are_as_long_as_the_variances_and_standard_deviations() {
    for (fragment, before, parts) in [
        // σ² = 4, μ² = 9, p = 1/2: 4, then 4 and 9 once more.
        ("p=0.5&mu=3&sigma=2", 4.0, [4.0, 4.0, 9.0]),
        // A rule that reduces what x had starts short of it.
        ("p=0.5&mu=3&sigma=2&scale=none", 4.0, [1.0, 1.0, 2.25]),
        ("p=0.36&mu=1&sigma=1&scale=sqrt", 1.0, [0.64, 0.36, 0.36]),
    ] {
        let after: f64 = parts.iter().sum();
        for size in [WIDE, NARROW] {
            let drawing = variance(&scene(fragment), size);
            let bars = bars(&drawing);
            let [x, a, b, c, x_std, d_std] = bars[..] else {
                panic!("there are {} bars", bars.len());
            };
            let width = f64::from(size.0) - 8.0;
            let assert_at = |actual: f64, expected: f64| {
                let expected = 4.0 + width * expected;
                assert!(
                    (actual - expected).abs() < 0.2,
                    "{fragment}: {actual} {expected}"
                );
            };
            let longest = f64::max(before, after);
            assert_at(x.1, before / longest);
            let mut sum = 0.0;
            for (bar, part) in [a, b, c].into_iter().zip(parts) {
                assert_at(bar.0, sum / longest);
                sum += part;
                assert_at(bar.1, sum / longest);
            }
            assert_at(x_std.1, (before / longest).sqrt());
            assert_at(d_std.1, (after / longest).sqrt());
            // The dashed line is where the variance of x ends.
            let dash = drawing.paths.iter().find(|path| path.width == 1.5);
            assert_at(dash.expect("is drawn").points[0].0, before / longest);
        }
    }
    let drawing = variance(&scene("p=0.5&mu=3&sigma=2"), WIDE);
    for label in [
        "variance before: 4",
        "what x had",
        "+ through σ",
        "+ through μ",
        "9",
    ] {
        assert!(drawing.has_label(label), "{label}");
    }
    assert!(drawing.has_label("std after: 4.123, +106 %"));
    assert_eq!(drawing.areas[0].colour, BEFORE);
    assert_eq!(drawing.areas[2].colour, AFTER);
    let none = variance(&scene("scale=none"), WIDE);
    assert!(none.has_label("left of x") && !none.has_label("what x had"));
}

/// The parts and the units can be read one by one, by pointer and by keys.
#[test]
fn parts_and_units_can_be_read() {
    let mut scene = scene("p=0.5&mu=3&sigma=2&seed=7");
    let variance_figure = scene.variance.as_mut().expect("a whole scene has it");
    assert_eq!(variance_figure.places(), [2.0, 6.0, 12.5]);
    variance_figure.point_at(Some(6.0));
    let words = &variance_figure.cursor().expect("it is there").words;
    assert_eq!(
        words,
        "+ through σ: p/(1−p) · σ² = 4, 23.5 % of the variance after dropout."
    );
    let drawing = variance(&scene, WIDE);
    let outlines: Vec<_> = drawing
        .paths
        .iter()
        .filter(|path| path.width == 3.0)
        .collect();
    assert_eq!(outlines.len(), 1);
    let middle = (outlines[0].points[0].0 + outlines[0].points[1].0) / 2.0;
    assert!((variance_at(there(&scene.variance), middle, WIDE.0) - 6.0).abs() < 0.01);
    let cells = there(&scene.variance).table().cells;
    assert_eq!(cells[8..12], ["+ through σ", "p/(1−p) · σ²", "4", "23.5 %"]);
    assert_eq!(cells[16..], ["after", "their sum", "17", ""]);

    let figure = there(&scene.mask).clone();
    assert_eq!(figure.places().len(), 40);
    for (place, unit) in figure.places().into_iter().zip(&figure.units) {
        let pointed = scene.mask.as_mut().expect("a whole scene has it");
        pointed.point_at(Some(place));
        let cursor = pointed.cursor().expect("it is there").clone();
        let fate = if unit.kept { "is kept" } else { "is dropped" };
        assert!(cursor.words.contains(fate), "{}", cursor.words);
        let drawing = mask(&scene, NARROW);
        // The y axis may have a tick of the same name.
        let label = drawing.labels.iter().rfind(|it| it.text == cursor.label);
        let label = label.expect("is written");
        let x = (label.left + label.right) / 2.0;
        assert!(
            (unit_at(&figure, x, NARROW.0) - place).abs() < 0.6,
            "{place}"
        );
        assert_apart(&drawing, &cursor.words);
    }
}

#[test]
fn a_symbol_lights_up_its_bars() {
    let outlines = |symbol| {
        let mut scene = scene("p=0.5&mu=3&sigma=2");
        scene.highlight(symbol);
        let drawing = variance(&scene, WIDE);
        let bars = bars(&drawing);
        let lit = |path: &&Path| path.width == 3.0;
        let outlines = drawing
            .paths
            .iter()
            .filter(lit)
            .map(|path| path.points[0].0);
        let lit: Vec<_> = outlines
            .map(|left| bars.iter().filter(|bar| bar.0 == left).count())
            .collect();
        assert!(lit.iter().all(|count| *count > 0), "each is around a bar");
        lit.len()
    };
    assert_eq!(outlines(None), 0);
    assert_eq!(outlines(Some(Symbol::Mean)), 1);
    assert_eq!(outlines(Some(Symbol::Extra)), 1);
    assert_eq!(outlines(Some(Symbol::Probability)), 2);
    assert_eq!(outlines(Some(Symbol::StandardDeviation)), 4);
}

/// A symbol lights up what stands for it in the first two figures, and nothing else.
#[test]
fn a_symbol_lights_up_its_marks() {
    let marks = |symbol| {
        let mut scene = scene("p=0.5&mu=1");
        scene.highlight(symbol);
        let (density, ratio) = (density(&scene, WIDE), ratio(&scene, WIDE));
        let discs = |drawing: &Drawing, radius| {
            let discs = drawing.discs.iter();
            discs.filter(|disc| disc.radius == radius).count()
        };
        let bars = density.paths.iter().filter(|path| path.width == 4.0);
        [
            bars.count(),
            discs(&density, 5.5),
            discs(&density, 7.0),
            discs(&ratio, 12.0),
        ]
    };
    assert_eq!(marks(None), [0; 4]);
    // Two bars with two ends each.
    assert_eq!(marks(Some(Symbol::StandardDeviation)), [6, 0, 0, 0]);
    assert_eq!(marks(Some(Symbol::Mean)), [0, 2, 0, 0]);
    assert_eq!(marks(Some(Symbol::Probability)), [0, 0, 1, 1]);
    assert_eq!(marks(Some(Symbol::Extra)), [0; 4]);
}

/// Rings at x; discs at the rule's multiple of it for what is kept, crosses at 0 for the rest.
#[test]
fn kept_units_are_discs_and_dropped_ones_crosses() {
    let scene = scene("p=0.5&seed=7");
    let drawing = mask(&scene, WIDE);
    let kept = there(&scene.mask)
        .units
        .iter()
        .filter(|unit| unit.kept)
        .count();
    assert!((10..30).contains(&kept));
    let discs = |radius| {
        drawing
            .discs
            .iter()
            .filter(move |disc| disc.radius == radius)
    };
    assert_eq!(discs(3.0).count(), 40);
    assert_eq!(discs(4.5).count(), kept);
    let crosses = drawing.paths.iter().filter(|path| path.colour == AFTER);
    assert_eq!(crosses.count(), 2 * (40 - kept));
    let y_of = |label: &str| {
        let label = drawing.label(label);
        (label.top + label.bottom) / 2.0
    };
    let (zero, two) = (y_of("0"), y_of("2"));
    for (unit, ring) in there(&scene.mask).units.iter().zip(discs(3.0)) {
        let expected = zero + (two - zero) * unit.x / 2.0;
        assert!((ring.centre.1 - expected).abs() < 1.0, "{unit:?}");
        assert_eq!(unit.d, if unit.kept { 2.0 * unit.x } else { 0.0 });
    }
}

/// What p decides is lit up by larger crosses of thicker lines.
#[test]
fn lit_crosses_are_half_as_large_again() {
    let mut scene = scene("p=0.5&seed=7");
    let crosses = |scene: &Scene| {
        let drawing = mask(scene, WIDE);
        let paths = drawing.paths.iter().filter(|path| path.colour == AFTER);
        let sizes = paths.map(|path| {
            let [(left, top), (right, foot)] = [path.points[0], path.points[1]];
            [right - left, (foot - top).abs(), path.width]
        });
        sizes.collect::<Vec<_>>()
    };
    let plain = crosses(&scene);
    scene.highlight(Some(Symbol::Probability));
    assert!(!plain.is_empty());
    for (plain, lit) in plain.iter().zip(crosses(&scene)) {
        assert_eq!(*plain, [7.0, 7.0, 2.0]);
        assert_eq!(lit, [10.5, 10.5, 3.0]);
    }
}

/// In the other notation the figure is the same, and the axis says what it shows of the other
/// probability.
#[test]
fn the_axis_of_p_follows_the_notation() {
    let drop = ratio(&scene("p=0.3"), WIDE);
    let keep = ratio(&scene("p=0.3&notation=keep"), WIDE);
    let (zero, one) = (drop.label("0"), keep.label("1"));
    assert!((zero.left - one.left).abs() < 1.0 && (zero.top - one.top).abs() < 1.0);
    let (two, eight) = (drop.label("0.2"), keep.label("0.8"));
    assert_eq!((two.left, two.top), (eight.left, eight.top));
    assert!(drop.has_label("1/√(1−p)") && keep.has_label("1/√p"));
    assert!(keep.has_label("p, the probability to keep"));
    let discs = |drawing: &Drawing| drawing.discs.iter().map(|it| it.centre).collect::<Vec<_>>();
    assert_eq!(discs(&drop), discs(&keep));
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
                    let draws = [density, ratio, convergence, variance, mask, rules];
                    for drawing in draws.map(|draw| draw(&scene, size)) {
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

/// Fails if two labels overlap.
fn assert_apart(drawing: &Drawing, what: &str) {
    for (index, a) in drawing.labels.iter().enumerate() {
        for b in &drawing.labels[..index] {
            let apart =
                a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            assert!(apart, "{what}: {a:?} {b:?}");
        }
    }
}

/// Whether a line from a to b crosses the label.
fn crosses(label: &Label, a: (f64, f64), b: (f64, f64)) -> bool {
    // From where to where the line is between both pairs of edges, in shares of its length
    // (Liang and Barsky, 1984).
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (from, to, low, high) in [
        (a.0, b.0, label.left, label.right),
        (a.1, b.1, label.top, label.bottom),
    ] {
        let ends = [(low - from) / (to - from), (high - from) / (to - from)];
        if from == to {
            if !(low..=high).contains(&from) {
                return false;
            }
        } else {
            enter = enter.max(ends[0].min(ends[1]));
            leave = leave.min(ends[0].max(ends[1]));
        }
    }
    enter < leave
}

impl Drawing {
    /// What is wrong with the places of the labels: that two overlap, that one leaves the figure, or
    /// that one lies on an axis, a stem, a curve or a disc.
    fn collisions(&self, size: (u32, u32)) -> Vec<String> {
        let mut found = Vec::new();
        for (index, a) in self.labels.iter().enumerate() {
            if a.left < 0.0 || a.right > size.0.into() || a.top < 0.0 || a.bottom > size.1.into() {
                found.push(format!("{a:?} leaves the figure"));
            }
            for b in &self.labels[..index] {
                let apart = a.right <= b.left
                    || b.right <= a.left
                    || a.bottom <= b.top
                    || b.bottom <= a.top;
                if !apart {
                    found.push(format!("{a:?} and {b:?} overlap"));
                }
            }
            for path in self.paths.iter().filter(|path| path.colour != GRID) {
                if path
                    .points
                    .windows(2)
                    .any(|pair| crosses(a, pair[0], pair[1]))
                {
                    let Path { colour, width, .. } = path;
                    found.push(format!("{a:?} lies on a line, {width} px of {colour:?}"));
                }
            }
            for disc in self.discs.iter().filter(|disc| disc.radius > 2.0) {
                let (x, y) = disc.centre;
                let aside = x - x.clamp(a.left, a.right);
                let above = y - y.clamp(a.top, a.bottom);
                if aside.hypot(above) < disc.radius {
                    found.push(format!("{a:?} lies on a disc"));
                }
            }
        }
        found
    }
}

/// A drawing of each figure of the scene with the cursor at each of its places, and the cursor.
fn with_cursors(scene: &Scene, size: (u32, u32), look: impl Fn(&Drawing, &Cursor)) {
    fn each<F: Readable + Clone>(
        figure: &F,
        draw: impl Fn(F) -> Drawing,
        look: impl Fn(&Drawing, &Cursor),
    ) {
        for place in figure.places() {
            let mut figure = figure.clone();
            figure.point_at(Some(place));
            let cursor = figure.cursor().expect("it was put there").clone();
            assert_eq!(cursor.place, place);
            look(&draw(figure), &cursor);
        }
    }
    let scene_of = |change: &dyn Fn(&mut Scene)| {
        let mut scene = scene.clone();
        change(&mut scene);
        scene
    };
    let draw = |density_| density(&scene_of(&|it| it.density = Clone::clone(&density_)), size);
    each(&scene.density, draw, &look);
    let draw = |ratio_| ratio(&scene_of(&|it| it.ratio = Clone::clone(&ratio_)), size);
    each(&scene.ratio, draw, &look);
    let draw = |it_| {
        convergence(
            &scene_of(&|it| it.convergence = Some(Clone::clone(&it_))),
            size,
        )
    };
    each(there(&scene.convergence), draw, &look);
}

#[test]
fn the_cursors_labels_are_all_there_and_collide_with_none() {
    let run = scene_with_run("p=0.5", 300_000);
    for fragment in [
        "",
        "p=0.8&mu=1",
        "input=relu",
        "input=ones",
        "scale=alpha",
        "scale=gaussian",
        "mu=10&sigma=0.001",
        "sigma=0.00001",
    ] {
        let mut scene = scene(fragment);
        scene.convergence = run.convergence.clone();
        for size in [WIDE, NARROW] {
            with_cursors(&scene, size, |drawing, cursor| {
                let what = format!("{fragment} {size:?} {}", cursor.words);
                assert!(drawing.has_label(&cursor.label), "{what}");
                for line in cursor.readings.iter().flat_map(|reading| &reading.lines) {
                    assert!(drawing.has_label(line), "{line} is missing: {what}");
                }
                let place = drawing.label(&cursor.label);
                let is_inside = place.left >= -0.5 && place.right <= f64::from(size.0) + 0.5;
                assert!(is_inside, "{what}");
                assert_apart(drawing, &what);
            });
        }
    }
}

#[test]
fn the_cursor_stands_on_the_curves_and_says_their_values() {
    let mut scene = scene("p=0.5");
    let places = scene.density.places();
    assert!(places.contains(&1.0) && places.contains(&0.0), "{places:?}");
    scene.density.point_at(Some(1.0));
    let drawing = density(&scene, WIDE);
    let x = x_of(&drawing, [("−4", -4.0), ("4", 4.0)], 1.0);
    let discs: Vec<_> = drawing
        .discs
        .iter()
        .filter(|disc| disc.radius == 4.0)
        .collect();
    assert_eq!(discs.len(), 2);
    for (disc, colour) in discs.into_iter().zip([BEFORE, AFTER]) {
        let y = drawing.height_at(colour, x).expect("is drawn");
        assert!((disc.centre.0 - x).abs() < 1.0, "{} {x}", disc.centre.0);
        assert!((disc.centre.1 - y).abs() < 1.5, "{} {y}", disc.centre.1);
    }
    // φ(1) and Φ(1); ½·φ(½)/2 and ½ + ½·Φ(½).
    for text in [
        "before 0.2420",
        "84.1 % to here",
        "after 0.0880",
        "84.6 % to here",
    ] {
        assert!(drawing.has_label(text), "{text}");
    }
    // φ(0)/10, with as many digits.
    let mut wide = crate::scene("sigma=10");
    wide.density.point_at(Some(0.0));
    assert!(density(&wide, WIDE).has_label("before 0.03989"));
    scene.density.point_at(Some(0.0));
    let words = &scene.density.cursor().expect("it is there").words;
    assert!(
        words.ends_with(" Of those after, 50 % are exactly 0."),
        "{words}"
    );

    scene.ratio.point_at(Some(0.75));
    let words = &scene.ratio.cursor().expect("it is there").words;
    assert!(
        words.contains("p = 0.75") && words.contains("2× that before, +100 %"),
        "{words}"
    );
    assert!(ratio(&scene, NARROW).has_label("+100 %"));
}

/// The lines of a reading are flush with each other on the side of the cursor.
#[test]
fn the_lines_of_a_reading_begin_or_end_at_the_cursor() {
    for fragment in ["p=0.5", "p=0.8&mu=1"] {
        let mut scene = scene(fragment);
        let (mut on_left, mut on_right) = (0, 0);
        for place in scene.density.places() {
            scene.density.point_at(Some(place));
            let cursor = scene.density.cursor().expect("it was put there");
            let drawing = density(&scene, WIDE);
            let label = drawing.label(&cursor.label);
            let x = f64::midpoint(label.left, label.right);
            // At an edge the label is moved inside.
            if label.left < 0.5 || label.right > f64::from(WIDE.0) - 0.5 {
                continue;
            }
            for reading in &cursor.readings {
                let lines: Vec<_> = reading.lines.iter().map(|it| drawing.label(it)).collect();
                let same = |of: fn(&Label) -> f64| {
                    lines.iter().all(|it| (of(it) - of(lines[0])).abs() < 0.1)
                };
                if lines[0].left > x {
                    assert!(same(|it| it.left), "{fragment} {place}: {lines:?}");
                    on_right += 1;
                } else {
                    assert!(same(|it| it.right), "{fragment} {place}: {lines:?}");
                    on_left += 1;
                }
            }
        }
        assert!(on_left > 9 && on_right > 9, "{on_left} {on_right}");
    }
}

/// A figure of several panels has one cursor, and reads in each panel what is there.
#[test]
fn each_panel_has_its_own_readings() {
    let mut scene = scene("p=0.5&mu=1");
    let figure = scene.rules.as_mut().expect("a whole scene has it");
    figure.point_at(Some(2.0));
    let cursor = figure.cursor().expect("it was put there").clone();
    let drawing = rules(&scene, (704, 700));
    for line in cursor.readings.iter().flat_map(|reading| &reading.lines) {
        assert!(drawing.has_label(line), "{line}");
    }
    let figure = scene.depth.as_mut().expect("a whole scene has it");
    let place = figure.places()[3];
    figure.point_at(Some(place));
    let cursor = figure.cursor().expect("it was put there").clone();
    let drawing = record((900, 900), |area| draw_depth(area, figure, &Palette::LIGHT));
    let lines: Vec<_> = cursor.readings.iter().flat_map(|it| &it.lines).collect();
    assert!(lines.len() > 3, "{lines:?}");
    let other = record((900, 900), |area| {
        figure.point_at(None);
        draw_depth(area, figure, &Palette::LIGHT)
    });
    for line in &lines {
        let times = lines.iter().filter(|it| *it == line).count();
        let [with, without] =
            [&drawing, &other].map(|it| it.labels.iter().filter(|it| it.text == **line).count());
        assert_eq!(with, times + without, "{line}");
    }
}

/// Numbers stand outside of the plane: those of the y axis to its left, and below the x axis its name
/// under its numbers.
#[test]
fn what_the_axes_say_stands_beside_them() {
    let scene = scene("");
    for size in [WIDE, NARROW, (560, 1000)] {
        let drawing = ratio(&scene, size);
        let foot = f64::from(size.1) - 44.0;
        for label in ["1×", "2×"] {
            assert!(drawing.label(label).right <= 50.0 - 9.0, "{label}");
        }
        let numbers = drawing.label("0").bottom;
        let name = drawing.label("p, the probability to drop").top;
        assert!(drawing.label("0").top > foot && name >= numbers);
        // As many as a person would write: at most seven.
        let across = drawing.paths.iter().filter(|path| path.colour == GRID);
        assert!((2..=7).contains(&across.count()), "{size:?}");
    }
}

#[test]
fn a_place_of_the_screen_is_the_place_of_the_data_drawn_there() {
    let scene = scene_with_run("p=0.5", 300_000);
    assert_eq!(scene.ratio.places().len(), 100);
    for size in [WIDE, NARROW] {
        with_cursors(&scene, size, |drawing, cursor| {
            let label = drawing.label(&cursor.label);
            let x = (label.left + label.right) / 2.0;
            let (left, right) = (label.left, f64::from(size.0) - label.right);
            assert!(left >= -0.5 && right >= -0.5, "{label:?}");
            // At an edge the label is moved inside.
            if left < 0.5 || right < 0.5 {
                return;
            }
            let all = [
                activation_at(&scene.density, x, size.0),
                drop_probability_at(x, size.0),
                decade_at(there(&scene.convergence), x, size.0),
            ];
            let near = |at: f64| (at - cursor.place).abs() < 0.03;
            assert!(all.into_iter().any(near), "{all:?} {}", cursor.words);
        });
    }
}

/// Where a figure has these ticks, that is read off.
fn assert_ticks_are_read(drawing: &Drawing, ticks: &[&str], read: impl Fn(f64) -> f64) {
    for tick in ticks {
        let value: f64 = tick.replace('−', "-").parse().expect("is a number");
        let labels = drawing.labels.iter().filter(|label| label.text == *tick);
        let middles: Vec<_> = labels
            .map(|label| (label.left + label.right) / 2.0)
            .collect();
        assert!(!middles.is_empty(), "there is no {tick}");
        for x in middles {
            let off = (read(x) - value).abs();
            assert!(off <= 0.01 * value.abs(), "{tick}: {} at {x}", read(x));
        }
    }
}

#[test]
fn what_a_pointer_reads_off_is_what_the_axis_says_there() {
    let scene = scene("");
    let (figure, study) = (there(&scene.rules), there(&scene.study));
    for size in [(700, 560), (520, 560), (519, 800), (340, 800)] {
        assert_ticks_are_read(&rules(&scene, size), &["−4", "−2", "2", "4"], |x| {
            rules_activation_at(figure, x, size.0)
        });
    }
    // Above its width, two panels stand side by side.
    for size in [(700, 300), (560, 300), (559, 520), (340, 520)] {
        let drawing = record(size, |area| draw_study(area, study, &Palette::LIGHT));
        assert_ticks_are_read(&drawing, &["0.2", "0.4"], |x| study_at(study, x, size.0));
    }
    for (size, ticks) in [((700, 620), ["6", "7", "9"]), ((340, 500), ["4", "6", "8"])] {
        let figure = there(&scene.depth);
        let drawing = record(size, |area| draw_depth(area, figure, &Palette::LIGHT));
        assert_ticks_are_read(&drawing, &ticks, |x| layer_at(figure, x, size.0));
    }
    for size in [WIDE, NARROW] {
        let figure = there(&scene.training);
        let drawing = record(size, |area| draw_training(area, figure, &Palette::LIGHT));
        assert_ticks_are_read(&drawing, &["10"], |x| training_at(figure, x, size.0));
    }
}

/// Up to nine epochs each has its number; of more, a person would number some.
#[test]
fn few_epochs_are_all_numbered_and_names_stand_at_the_curves_ends() {
    let mut scene = scene("");
    let figure = scene.training.as_mut().expect("a whole scene has it");
    for (last, all) in [(5_u32, true), (9, true), (10, false), (40, false)] {
        figure.x.1 = (1.0, f64::from(last));
        for curve in &mut figure.curves {
            curve.points = vec![(1.0, 0.5), (f64::from(last), 0.25)];
        }
        let drawing = record(NARROW, |area| draw_training(area, figure, &Palette::LIGHT));
        let numbered = (1..=last).filter(|it| drawing.has_label(&it.to_string()));
        let numbered = u32::try_from(numbered.count()).expect("few");
        assert_eq!(numbered == last, all, "{last}");
        // The last of them is where the curves end.
        let end = drawing.label(&last.to_string());
        let end = f64::midpoint(end.left, end.right);
        for curve in &figure.curves {
            let name = drawing.label(curve.name);
            assert!((name.left - (end + 8.0)).abs() < 1.0, "{name:?} {end}");
        }
        assert_apart(&drawing, "at the foot");
    }
    // At the top they go down from there.
    for curve in &mut figure.curves {
        curve.points = vec![(1.0, 5.0), (40.0, 5.0)];
    }
    let drawing = record(WIDE, |area| draw_training(area, figure, &Palette::LIGHT));
    assert_apart(&drawing, "at the top");
    for curve in &mut figure.curves {
        curve.points.clear();
    }
    let drawing = record(WIDE, |area| draw_training(area, figure, &Palette::LIGHT));
    let empty = drawing.label(figure.empty);
    let middle = x_of(&drawing, [("10", 10.0), ("40", 40.0)], 20.5);
    let at = f64::midpoint(empty.left, empty.right);
    assert!((at - middle).abs() < 1.0, "{at} {middle}");
    for range in [(0.0, 1.0), (80.0, 100.0), (-3.0, 1.0)] {
        figure.y.1 = range;
        let drawing = record(WIDE, |area| draw_training(area, figure, &Palette::LIGHT));
        let empty = drawing.label(figure.empty);
        let height = f64::midpoint(empty.top, empty.bottom);
        // The plane is between 40 and 286.
        assert!((height - 163.0).abs() < 25.0, "{height}");
    }
}

/// Numbers on the x axis are kept apart, and those that have no room are left out.
#[test]
fn numbers_on_an_axis_are_kept_apart() {
    for fragment in ["", "sigma=0.00001", "sigma=0.000123", "mu=10&sigma=0.001"] {
        for size in [WIDE, NARROW, (300, 255)] {
            let drawing = density(&scene(fragment), size);
            let foot = f64::from(size.1) - 44.0;
            let row = (drawing.labels.iter()).filter(|it| (it.top - foot - 10.0).abs() < 0.1);
            let mut row: Vec<_> = row.collect();
            row.sort_by(|a, b| a.left.total_cmp(&b.left));
            assert!(row.len() > 1, "{fragment} {size:?}");
            for pair in row.windows(2) {
                assert!(pair[1].left - pair[0].right >= 5.9, "{fragment}: {pair:?}");
            }
        }
    }
}

#[test]
fn the_marker_can_be_grabbed_where_it_is_drawn() {
    for (fragment, size) in [("p=0.3", WIDE), ("p=0.8&mu=2", NARROW)] {
        let scene = scene(fragment);
        let drawing = ratio(&scene, size);
        let marker = drawing.discs.iter().find(|disc| disc.radius == 7.0);
        let (x, y) = marker.expect("is drawn").centre;
        for (right, down, on) in [
            (0.0, 0.0, true),
            (15.0, -15.0, true),
            (-24.0, 0.0, false),
            (0.0, 24.0, false),
        ] {
            let is_on = is_on_marker(&scene.ratio, (x + right, y + down), size);
            assert_eq!(is_on, on, "{fragment} {right} {down}");
        }
    }
    assert!(!is_on_marker(
        &scene("input=ones").ratio,
        (100.0, 100.0),
        WIDE
    ));
}

/// However many estimates there are, the table has some twenty of them, and the last.
#[test]
fn the_table_of_the_convergence_ends_with_the_run() {
    let chunks = (1..=30).map(|it| it << 16);
    for samples in chunks.chain([3_000_000, 10_000_000, 20_000_001]) {
        let scene = scene_with_run("p=0.5", samples);
        let figure = there(&scene.convergence);
        let table = figure.table();
        assert!((1..=21).contains(&table.rows().len()), "{samples}");
        let last = table.rows().last().expect("there are estimates");
        let digits: String = last[0].chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits, samples.to_string());
    }
}

#[test]
fn a_caption_is_as_high_as_its_lines() {
    let shows =
        "A sentence that is so long that it needs more than one line below a narrow figure.";
    let mut lines = 0;
    let drawing = record((200, 200), |area| {
        let caption = Caption::new(area, shows, "p=0.5")?;
        lines = (caption.height() - 24) / 18;
        caption.draw(area, &Palette::LIGHT)
    });
    assert!(lines > 2);
    assert_eq!(drawing.labels.len(), lines as usize);
    // From 16 pixels of room to each side, 8 above and 16 below.
    let words: Vec<_> = drawing.labels.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(words.join(" "), format!("{shows} p=0.5"));
    for (line, label) in (0_u32..).zip(&drawing.labels) {
        let middle = (label.top + label.bottom) / 2.0;
        assert_eq!(middle, f64::from(8 + 9 + 18 * line));
        assert!(label.left == 16.0 && label.right <= 184.0, "{label:?}");
    }
}

/// At μ = 0 the exact ratio is √2 at p = ½, and the squared error of its logarithm 3p/(4qn).
#[test]
fn what_is_read_off_the_convergence_are_the_estimates_and_their_errors() {
    let mut figure = scene_with_run("p=0.5", 300_000)
        .convergence
        .expect("a whole scene has it");
    let exact = 2.0_f64.sqrt();
    let number = |text: &str| -> f64 { text.parse().expect("a number") };
    let estimates = figure.estimates.clone();
    for point in &estimates {
        let error = exact * (0.75 / point.samples as f64).sqrt();
        assert!((point.standard_error / error - 1.0).abs() < 1e-12);
    }
    let table = figure.table();
    let mut rows = 0;
    for row in table.rows() {
        let samples: String = row[0].chars().filter(char::is_ascii_digit).collect();
        let point = estimates
            .iter()
            .find(|it| it.samples.to_string() == samples);
        let point = point.expect("its samples are those of an estimate");
        let off = (number(&row[1]) - point.value).abs();
        assert!(off <= 0.2 * point.standard_error, "{row:?}");
        let two_errors = 2.0 * point.standard_error;
        assert!((number(&row[2]) / two_errors - 1.0).abs() < 0.05, "{row:?}");
        let apart = (point.value - exact).abs() / point.standard_error;
        assert_eq!(row[3], format!("{apart:.1} s.e."));
        rows += 1;
    }
    assert!((10..=20).contains(&rows), "{rows}");
    let last = *estimates.last().expect("there was a run");
    let [value, errors] =
        [1, 2].map(|cell| table.rows().last().expect("it is there")[cell].clone());
    assert_eq!(
        figure.summary(),
        format!(
            "std after ÷ std before, measured, against the number of samples. After 300\u{202f}000 samples it \
             is {value} plus or minus {errors}, two standard errors; the exact value is 1.41421."
        )
    );
    assert_eq!(figure.places().len(), estimates.len());
    figure.point_at(Some(last.decade));
    let cursor = figure.cursor().expect("it is there");
    let words = format!("After 300\u{202f}000 samples: {value} ± {errors}, two standard errors.");
    assert_eq!(cursor.words, words);
    assert_eq!(cursor.readings[0].value, last.value);

    // Without a run there is what is exact; without any error nothing is apart.
    let none = scene("p=0.5").convergence.expect("a whole scene has it");
    assert_eq!(
        none.summary(),
        "std after ÷ std before, measured, against the number of samples. The exact value is 1.41421."
    );
    let certain = there(&scene_with_run("p=0", 1000).convergence).table();
    assert!(certain.rows().len() > 0 && certain.rows().all(|row| row[3].is_empty()));
}

/// The moments, and what has a probability of its own; round activations, and each atom once.
#[test]
fn what_the_density_says_of_itself() {
    let settings = Settings::from_fragment("p=0.5&scale=alpha&mu=1").settings;
    let alpha = Scene::new(&settings, None).density;
    let exact = Exact::new(&settings.input, settings.drop_probability, settings.scaling);
    let words = alpha.summary();
    let after_each = |name: &str| -> Vec<f64> {
        let parts = words.split(name).skip(1);
        let number = |part: &str| part.split([' ', ';', ',']).next()?.parse().ok();
        parts.filter_map(number).collect()
    };
    let moments = [&exact.x, &exact.d];
    for (shown, expected) in [
        (after_each("mean "), moments.map(|it| it.mean)),
        (
            after_each("standard deviation "),
            moments.map(|it| it.variance.sqrt()),
        ),
    ] {
        assert_eq!(shown.len(), 2, "{words}");
        for (shown, expected) in shown.iter().zip(expected) {
            assert!((shown / expected - 1.0).abs() < 5e-4, "{words}: {expected}");
        }
    }
    let places = alpha.places();
    assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
    let atom = alpha.after.atoms[0].location;
    assert_eq!(places.iter().filter(|it| **it == atom).count(), 1);
    // At 0 there is an atom that is a round activation already.
    let inverted = scene("p=0.5").density;
    assert_eq!(inverted.places().iter().filter(|it| **it == 0.0).count(), 1);
    assert!(
        inverted.summary().contains("50 % are exactly 0"),
        "{}",
        inverted.summary()
    );
    let gaussian = scene("p=0.5&scale=gaussian").density;
    assert!(
        gaussian
            .summary()
            .ends_with("none has a value with a probability of its own.")
    );
}

#[test]
fn the_tables_have_the_figures_data_in_few_rows() {
    let scene = scene_with_run("p=0.5&input=relu", 300_000);
    let table = scene.density.table();
    let find = |table: &Table, name: &str| {
        let row = table.rows().find(|row| row[0] == name);
        row.unwrap_or_else(|| panic!("there is no {name}")).to_vec()
    };
    assert_eq!(find(&table, "0")[3..5], ["50 %", "75 %"]);
    let one = find(&table, "1");
    let expected = ["0.2420", "0.0880", "0 %", "0 %", "84.1 %", "84.6 %"];
    assert_eq!(one[1..], expected);
    let ratio = scene.ratio.table();
    let half = find(&ratio, "0.5, as set");
    // After a ReLU: (σ² + p·m²)/(q·σ²), with m² = 1/(2π) and σ² = ½ - m².
    let mean_square: f64 = 1.0 / (2.0 * std::f64::consts::PI);
    let exact = (2.0 + mean_square / (0.5 - mean_square)).sqrt();
    assert_eq!(half[1], format!("{exact:.4}"));
    assert_eq!(half[3..], ["1.41", "1.4142"]);
    let convergence = there(&scene.convergence).table();
    let last = convergence.rows().last().expect("there was a run");
    assert_eq!(last[0], "300\u{202f}000");
    for table in [table, ratio, convergence] {
        let rows = table.rows();
        assert!((8..=24).contains(&rows.len()), "{}", rows.len());
        assert_eq!(table.cells.len(), rows.len() * table.columns.len());
    }
    assert_eq!(
        scene_with_run("p=0.3&input=ones", 1000)
            .ratio
            .table()
            .cells
            .len(),
        0,
        "where x has no spread there is no ratio"
    );
}

/// The axis's lines are moved to the middle of a pixel, the bars are not.
const BAR: f64 = 0.8;

/// The middle of each bar, its height and where its foot is.
fn bar_heights(drawing: &Drawing) -> Vec<(f64, f64, f64)> {
    let all = drawing.areas.iter().map(|area| &area.points);
    let all = all.max_by_key(|points| points.len());
    let corners = all.expect("there are bars");
    let bars = corners.chunks_exact(4).map(|bar| {
        let middle = (bar[1].0 + bar[2].0) / 2.0;
        (middle, bar[0].1 - bar[1].1, bar[0].1)
    });
    bars.collect()
}

/// Binomial(100, 0.7): probabilities of 8.678 % at 70, 6.130 % at 66, and so on, by their ratios.
#[test]
fn the_layers_bars_are_as_high_as_their_outputs_are_probable() {
    let scene = scene("");
    let drawing = layer(&scene, LAYER_SIZES[0]);
    let tick = |text: &str| {
        let label = drawing.label(text);
        (label.top + label.bottom) / 2.0
    };
    let unit = (tick("0") - tick("0.1")) / 0.1;
    let ticks = [("80", 80.0), ("120", 120.0)];
    let bars = bar_heights(&drawing);
    for (kept, probability) in [
        (60.0, 0.008_490_168_838_74),
        (65.0, 0.046_779_682_352_7),
        (70.0, 0.086_783_864_753_4),
        (75.0, 0.049_559_922_762_2),
        (80.0, 0.007_575_644_925_73),
    ] {
        let x = x_of(&drawing, ticks, kept / 0.7);
        let near = bars.iter().find(|bar| (bar.0 - x).abs() < 1.5);
        let (_, height, _) = near.unwrap_or_else(|| panic!("no bar at {kept}"));
        assert!(
            (height - unit * probability).abs() < BAR,
            "{kept}: {height}"
        );
    }
    assert!(drawing.has_label("exactly 100: 8.68 %"));
    assert!(drawing.has_label("without dropout: 100"));
    assert!(drawing.has_label("one draw: 100.0 ± 6.5"));
    // Where nothing is rescaled, evaluation is far from all of them.
    let unscaled = layer(&self::scene("scale=none"), LAYER_SIZES[0]);
    assert!(unscaled.has_label("exactly 100: 3.2 · 10⁻¹⁶"));
    assert!(unscaled.has_label("one draw: 70.0 ± 4.6"));
}

/// Bars are kept apart as far as they have room for it, and a certain output has one that is thin.
#[test]
fn neighbouring_bars_are_kept_apart() {
    for (fragment, size) in [
        ("", LAYER_SIZES[0]),
        ("units=60", LAYER_SIZES[2]),
        ("units=3000", LAYER_SIZES[2]),
    ] {
        let scene = scene(fragment);
        let figure = there(&scene.layer);
        let drawing = layer(&scene, size);
        let all = drawing.areas.iter().map(|area| &area.points);
        let corners = all.max_by_key(|points| points.len()).expect("bars");
        let plane = f64::from(size.0) - 66.0;
        let room = plane * figure.bins.width / (figure.range.1 - figure.range.0);
        let gap = f64::min(0.75, room / 6.0);
        for bar in corners.chunks_exact(4) {
            let width = bar[2].0 - bar[1].0;
            let error = (width - (room - 2.0 * gap)).abs();
            assert!(error < 0.2, "{fragment}: {width} of {room}");
        }
        let drawn = scene_with_draws(fragment, 20, 1.0);
        let radius = (0.46 * room).clamp(1.6, 3.5);
        let discs = layer(&drawn, size).discs;
        let is_draw = |disc: &&Disc| (disc.radius - radius).abs() < 0.1;
        assert!(discs.iter().filter(is_draw).count() >= 20, "{radius}");
    }
    // However many draws give it, they lie within the plane, which begins at 92.
    let stack = layer(&scene_with_draws("p=0", 95, 1.0), LAYER_SIZES[0]).discs;
    let stack = stack.iter().filter(|disc| disc.radius <= 3.5);
    let highest = stack.map(|disc| disc.centre.1);
    let highest = highest.fold(f64::INFINITY, f64::min);
    assert!((92.0 + 15.0..200.0).contains(&highest), "{highest}");
    let drawing = layer(&scene("p=0"), LAYER_SIZES[0]);
    let all = drawing.areas.iter().map(|area| &area.points);
    let widest = all.map(|bar| bar[2].0 - bar[1].0).fold(0.0, f64::max);
    assert!(widest > 1.0 && widest < 0.061 * 634.0, "{widest}");
}

/// A few draws lie one upon the other, each where its output is; the last one is still falling.
#[test]
fn draws_fall_into_their_places() {
    let size = LAYER_SIZES[0];
    for fallen in [0.0, 0.5, 1.0] {
        let scene = scene_with_draws("seed=7", 40, fallen);
        let figure = there(&scene.layer);
        let drawing = layer(&scene, size);
        let place = drawing.discs.last().expect("the last draw is there").centre;
        let ground = bar_heights(&drawing)[0].2;
        // The disc at the mean, and a ring of paper around the last one.
        assert_eq!(drawing.discs.len(), 41 + 2);
        let x = x_of(&drawing, [("80", 80.0), ("120", 120.0)], figure.output);
        assert!((place.0 - x).abs() < 1.0, "{place:?} {x}");
        let lies_at = {
            let scene = scene_with_draws("seed=7", 40, 1.0);
            layer(&scene, size)
                .discs
                .last()
                .expect("it is there")
                .centre
                .1
        };
        let top = 92.0;
        let expected = lies_at - (1.0 - fallen * fallen) * (lies_at - top);
        assert!(
            (place.1 - expected).abs() < 0.5,
            "{fallen}: {place:?}, and not {expected}"
        );
        let lowest = drawing
            .discs
            .iter()
            .map(|disc| disc.centre.1)
            .fold(0.0, f64::max);
        assert!(lowest < ground && lowest > ground - 6.0);
    }
}

/// Of many draws, discs are at the height of their shares.
#[test]
fn many_draws_are_dots_at_the_height_of_their_shares() {
    let scene = scene_with_draws("seed=7", 1000, 1.0);
    let figure = there(&scene.layer);
    let drawing = layer(&scene, LAYER_SIZES[0]);
    let bars = bar_heights(&drawing);
    let unit = {
        let (_, height, _) = bars[22];
        height / figure.bins.masses[22]
    };
    let counts: u32 = figure.counts.iter().sum();
    assert_eq!(counts, 1001);
    for (index, count) in figure
        .counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
    {
        let (x, _, foot) = bars[index];
        let height = unit * f64::from(*count) / 1001.0;
        let at = |disc: &Disc| {
            (disc.centre.0 - x).abs() < 0.5 && (foot - disc.centre.1 - height).abs() < BAR
        };
        assert!(drawing.discs.iter().any(at), "{count} draws at {x}");
    }
    // Their mean is drawn with its standard error, which is √1001 times smaller.
    let single = figure.single.1 - figure.single.0;
    let mean = figure.mean.1 - figure.mean.0;
    assert!((single / mean - 1001_f64.sqrt()).abs() < 1e-9);
}

/// As many edges as there are kept units, and discs whose area is what dropout makes of them.
#[test]
fn units_are_as_large_as_they_are() {
    for (fragment, value) in [
        ("p=0.5&seed=7", 2.0_f64),
        ("p=0.36&scale=sqrt&seed=7", 1.25),
    ] {
        let scene = scene(fragment);
        let figure = there(&scene.units);
        let drawing = layer_units(&scene, LAYER_SIZES[0]);
        let kept = figure.units.iter().filter(|(unit, _)| unit.kept).count();
        assert!(kept > 20 && kept < 80);
        assert_eq!(drawing.paths.len(), kept, "one edge each");
        let sizes: Vec<f64> = drawing.discs.iter().map(|disc| disc.radius).collect();
        let dropped = sizes.iter().copied().fold(f64::INFINITY, f64::min);
        let with = |radius: f64| {
            sizes
                .iter()
                .filter(|it| (**it - radius).abs() < 0.2)
                .count()
        };
        // Each is drawn on a disc of paper.
        assert_eq!(with(dropped), 2 * (100 - kept), "{fragment}");
        assert_eq!(with(dropped * value.sqrt()), 2 * kept, "{fragment}");
        assert!(drawing.has_label("Σ") && drawing.has_label(&figure.labels[0]));
    }
    // A ring of its own is around the one that the reader points at.
    let mut pointed = scene("p=0.5&seed=7");
    let plain = layer_units(&pointed, LAYER_SIZES[0]);
    let figure = pointed.units.as_mut().expect("a whole scene has it");
    figure.point_at(Some(37.0));
    let drawing = layer_units(&pointed, LAYER_SIZES[0]);
    assert_eq!(drawing.discs.len(), plain.discs.len() + 1);
    let dropped = plain.discs.iter().map(|disc| disc.radius);
    let apart = dropped.fold(f64::INFINITY, f64::min) / 0.34;
    let ring = drawing
        .discs
        .iter()
        .find(|disc| (disc.radius - (0.52 * apart + 3.0)).abs() < 0.1);
    let x = 14.0 + (700.0 - 28.0) * 36.5 / 100.0;
    let centre = ring.expect("there is a ring").centre;
    assert!((centre.0 - x).abs() < 0.5, "{centre:?} {x}");
    // The edges of a few large weights, where all others are 0.
    let few = scene("weights=few&seed=7");
    let carrying = there(&few.units).units.iter().take(10);
    let kept = carrying.filter(|(unit, _)| unit.kept).count();
    assert_eq!(layer_units(&few, LAYER_SIZES[0]).paths.len(), kept);
}

/// Each output and each unit can be pointed at, and says what is there.
#[test]
fn the_layer_can_be_read() {
    let mut scene = scene_with_draws("seed=7", 1000, 1.0);
    let figure = scene.layer.as_mut().expect("a whole scene has it");
    let places = figure.places();
    let (low, high) = figure.range;
    for (index, place) in places.iter().enumerate() {
        figure.point_at(Some(*place));
        let count = figure.counts[index];
        let words = &figure.cursor().expect("it is there").words;
        let drawn = format!(" {count} of 1\u{202f}001 draws.");
        assert!(words.ends_with(&drawn), "{words}");
        let x = 50.0 + (700.0 - 66.0) * (place - low) / (high - low);
        assert!((output_at(figure, x, 700) - place).abs() < 0.01);
    }
    figure.point_at(Some(places[22]));
    let words = &figure.cursor().expect("it is there").words;
    assert!(
        words.starts_with("Output 100: probability 8.68 %, "),
        "{words}"
    );
    let cursor = figure.cursor().expect("it is there").clone();
    let drawing = layer(&scene, LAYER_SIZES[0]);
    for line in cursor.readings.iter().flat_map(|reading| &reading.lines) {
        assert!(drawing.has_label(line), "{line}");
    }
    let table = there(&scene.layer).table();
    assert_eq!(table.rows().len(), places.len());
    let row = table
        .rows()
        .find(|row| row[0] == "100")
        .expect("it is there");
    assert_eq!(row[1], "8.68 %");

    let figure = scene.units.as_mut().expect("a whole scene has it");
    assert_eq!(figure.places().len(), 100);
    for (place, (unit, _)) in figure.places().into_iter().zip(figure.units.clone()) {
        figure.point_at(Some(place));
        let words = &figure.cursor().expect("it is there").words;
        let expected = if unit.kept {
            "is kept: 1 before, 1.43 after; times its weight 1 that is 1.43 of the output."
        } else {
            "is dropped: 1 before, 0 after; times its weight 1 that is 0 of the output."
        };
        assert!(words.ends_with(expected), "{words}");
        let x = 14.0 + (700.0 - 28.0) * (place - 0.5) / 100.0;
        assert!((layer_unit_at(figure, x, 700) - place).abs() < 0.01);
    }
}

/// Whatever the layer is, its figures are drawn inside of their boxes, without a number that is none,
/// and their labels keep clear of each other.
#[test]
fn every_layer_draws_inside_of_its_figure() {
    for scale in ["none", "inverted", "sqrt", "gaussian", "alpha"] {
        for weights in ["equal", "few", "random"] {
            for units in [1, 2, 30, 100, 10_000] {
                for p in ["0", "0.3", "0.99", "0.999999"] {
                    let fragment = format!("p={p}&scale={scale}&weights={weights}&units={units}");
                    let last = if units < 1000 { 150 } else { 3 };
                    let scene = scene_with_draws(&fragment, last, 0.3);
                    for size in LAYER_SIZES {
                        for drawing in [layer(&scene, size), layer_units(&scene, size)] {
                            assert_apart(&drawing, &fragment);
                            let discs = drawing.discs.iter().map(|disc| disc.centre);
                            let paths = drawing.paths.iter().flat_map(|it| it.points.clone());
                            let areas = drawing.areas.iter().flat_map(|it| it.points.clone());
                            for (x, y) in discs.chain(paths).chain(areas) {
                                let inside = (-1.0..=f64::from(size.0) + 1.0).contains(&x)
                                    && (-1.0..=f64::from(size.1) + 1.0).contains(&y);
                                assert!(inside, "{fragment}: ({x}, {y})");
                            }
                            for label in &drawing.labels {
                                let text = &label.text;
                                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
                                let inside =
                                    label.left >= -1.0 && label.right <= f64::from(size.0) + 1.0;
                                assert!(inside, "{fragment}: {label:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Any settings that have a figure to draw.
fn any_fragment() -> impl Strategy<Value = String> {
    let input = select(vec!["normal", "relu", "uniform", "ones"]);
    let scale = select(vec!["none", "inverted", "sqrt", "gaussian", "alpha"]);
    let p = prop_oneof![(0..=99_u32).prop_map(|p| f64::from(p) / 100.0), 0.0..0.999];
    let mu = prop_oneof![Just(0.0), -10.0..10.0];
    let sigma = prop_oneof![Just(1.0), 0.0..10.0, 0.001..0.1];
    (input, scale, p, mu, sigma).prop_map(|(input, scale, p, mu, sigma)| {
        format!("input={input}&scale={scale}&p={p}&mu={mu}&sigma={sigma}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    /// Whatever is set, and from a small telephone to a wall.
    #[test]
    fn labels_never_collide(
        fragment in any_fragment(),
        size in (280..=1600_u32, 240..=600_u32),
        samples in select(vec![0, 1000, 200_000]),
    ) {
        let scene = match samples {
            0 => scene(&fragment),
            samples => scene_with_run(&fragment, samples),
        };
        let draws = [density, ratio, convergence, mask];
        let drawings = draws.map(|draw| draw(&scene, size));
        for drawing in &drawings {
            prop_assert_eq!(drawing.collisions(size), Vec::<String>::new());
        }
        // After a ReLU that lets nearly nothing or nearly all through, numbers have dozens of digits.
        let before = &scene.density.before;
        let texts = before.atoms.iter().map(|atom| &atom.label).chain([&before.label]);
        let is_short = texts.into_iter().all(|text| text.chars().count() <= 20);
        // Its panels stand below each other, in a height that the page gives it, and their labels in
        // rows: over a spread-out density they may lie on its curve.
        for size in RULES_SIZES.into_iter().filter(|_| is_short) {
            assert_apart(&rules(&scene, size), &fragment);
        }
        // What the reader came for is not left out, but where three or four atoms stand in a row
        // on the smallest figures.
        if size.0 < 480 {
            return Ok(());
        }
        let [density, ratio, convergence, _] = drawings;
        if is_short {
            prop_assert_eq!(variance(&scene, size).collisions(size), Vec::<String>::new());
        }
        for it in [&scene.density.before, &scene.density.after] {
            prop_assert!(density.has_label(&it.label), "{:?} is missing", it.label);
            let Range { low, high } = scene.density.range;
            let shown = |atom: &&LabelledAtom| (low..=high).contains(&atom.location);
            for atom in it.atoms.iter().filter(shown) {
                prop_assert!(density.has_label(&atom.label), "{:?} is missing", atom.label);
            }
        }
        if scene.ratio.marker.is_some_and(|marker| marker.1 < 1e6) {
            prop_assert!(ratio.has_label(&scene.ratio.marker_label));
            prop_assert!(convergence.has_label(&there(&scene.convergence).exact_label));
        }
    }
}
