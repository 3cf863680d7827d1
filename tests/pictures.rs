//! The figures as pictures, each against a file in `tests/pictures/` that a person has looked at.
//!
//! After a change that is meant, `RENEW_PICTURES=1 cargo test --test pictures` writes the files anew:
//! look at them before they are committed. Each follows the colour scheme of its viewer.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dropout_moments::charts::{
    Caption, Ground, Palette, Picture, draw_convergence, draw_density, draw_depth, draw_layer,
    draw_mask, draw_ratio, draw_rules, draw_spirals, draw_study, draw_training, draw_units,
    draw_variance,
};
use dropout_moments::network::{
    self, Comparison, Progress, Simulation, SimulationEstimate, SpiralProgress, Split,
};
use dropout_moments::sampling::{Experiment, LayerDraws};
use dropout_moments::scene::{self, Measured, Readable as _, Run, Scene, Sections, Simulated};
use dropout_moments::settings::Figure::{
    self, Convergence, Density, Depth, Layer, Mask, Ratio, Rules, Spirals, Study, Training, Units,
    Variance,
};
use dropout_moments::settings::{SampleCount, Seed, Settings};

/// CSS pixels, as on the page in a wide window and on a telephone.
const WIDE: (u32, u32) = (560, 330);
const LONG: (u32, u32) = (700, 260);
const NARROW: (u32, u32) = (340, 255);
const LAYER: (u32, u32) = (700, 320);
const LAYER_NARROW: (u32, u32) = (340, 300);
const TALL: (u32, u32) = (700, 560);
const TALL_AND_NARROW: (u32, u32) = (350, 620);
const STUDY: (u32, u32) = (700, 300);
const STUDY_NARROW: (u32, u32) = (340, 520);
const SPIRALS: (u32, u32) = (700, 400);
const SPIRALS_NARROW: (u32, u32) = (340, 680);
const LAYERS: (u32, u32) = (700, 620);
const LAYERS_NARROW: (u32, u32) = (340, 500);

fn scene(fragment: &str) -> Scene {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    Scene::new(&parsed.settings, None)
}

/// With a run of so many samples, of seed 7.
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

/// With a simulation of the deep network, of seed 7.
fn scene_with_layers(fragment: &str) -> Scene {
    let settings = Settings::from_fragment(fragment).settings;
    let simulation = Simulation::new(&settings, Seed(7));
    let mut estimate = SimulationEstimate::new(&simulation);
    for part in 0..Simulation::PARTS {
        let numbers = simulation.run_part(part);
        estimate.add(&numbers).expect("they are its numbers");
    }
    let measured = Measured {
        simulation: Some(Simulated {
            layers: &estimate.layers(&simulation),
            width: settings.depth.width.get(),
            inputs: estimate.inputs(),
            seconds: 1.0,
        }),
        ..Measured::default()
    };
    Scene::of(&settings, measured, Sections::ALL)
}

/// With the draws up to the one of that number.
fn scene_with_draws(fragment: &str, last: u32) -> Scene {
    let mut settings = Settings::from_fragment(fragment).settings;
    let mut draws = LayerDraws::new(&settings);
    settings.draw = last;
    draws.advance(last, u32::MAX);
    let measured = Measured {
        draws: Some((&draws, 0.6)),
        ..Measured::default()
    };
    Scene::of(&settings, measured, Sections::ALL)
}

/// With trained networks of the first seeds.
fn scene_with_training(fragment: &str, seeds: usize) -> Scene {
    let digits = Split::digits(include_bytes!("../www/digits.bin")).expect("the digits");
    let settings = Settings::from_fragment(fragment).settings;
    let comparison = Comparison::new(&settings);
    let mut networks = vec![Progress::default(); comparison.networks()];
    for (number, network) in networks.iter_mut().enumerate().take(6 * seeds) {
        while network.end.is_none() {
            *network = comparison.go_on(number, network, &digits);
        }
    }
    let measured = Measured {
        training: Some(scene::Training {
            comparison: &comparison,
            networks: &networks,
        }),
        ..Measured::default()
    };
    Scene::of(&settings, measured, Sections::ALL)
}

/// With a network that has learnt the spirals of seed 7, and where the reader points.
fn scene_with_spirals(fragment: &str, place: Option<f64>) -> Scene {
    let mut settings = Settings::from_fragment(fragment).settings;
    settings.seed = Some(Seed(7));
    let spirals = network::Spirals::new(&settings);
    let mut progress = SpiralProgress::default();
    while !progress.is_done() {
        progress = spirals.go_on(&progress);
    }
    let measured = Measured {
        spirals: Some(scene::Learnt {
            spirals,
            progress: &progress,
        }),
        ..Measured::default()
    };
    let mut scene = Scene::of(&settings, measured, Sections::ALL);
    scene.spirals.as_mut().expect("it is there").point_at(place);
    scene
}

/// A figure of one of the sections.
fn there<F>(figure: &Option<F>) -> &F {
    figure.as_ref().expect("a whole scene has it")
}

fn picture(figure: Figure, scene: &Scene, size: (u32, u32), palette: &Palette) -> Picture {
    let picture = Picture::draw(size, palette, |area, palette| match figure {
        Density => draw_density(area, &scene.density, palette),
        Ratio => draw_ratio(area, &scene.ratio, palette),
        Convergence => draw_convergence(area, there(&scene.convergence), palette),
        Variance => draw_variance(area, there(&scene.variance), palette),
        Mask => draw_mask(area, there(&scene.mask), palette),
        Rules => draw_rules(area, there(&scene.rules), palette),
        Layer => draw_layer(area, there(&scene.layer), palette),
        Units => draw_units(area, there(&scene.units), palette),
        Training => draw_training(area, there(&scene.training), palette),
        Study => draw_study(area, there(&scene.study), palette),
        Spirals => draw_spirals(area, there(&scene.spirals), palette),
        Depth => draw_depth(area, there(&scene.depth), palette),
    });
    picture.expect("writing a text does not fail")
}

/// Fails if the figure is another than the one in the file, on light ground or on dark.
#[track_caller]
fn assert_as_in_file(name: &str, figure: Figure, scene: &Scene, size: (u32, u32)) {
    let drawn = picture(figure, scene, size, &Palette::LIGHT);
    let dark = picture(figure, scene, size, &Palette::DARK);
    assert_eq!(
        drawn, dark,
        "{name}: only the colours may differ in the dark"
    );

    let drawn = drawn.file(None) + "\n";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference = root.join("tests/pictures").join(name).with_extension("svg");
    if std::env::var_os("RENEW_PICTURES").is_some() {
        fs::write(&reference, drawn).expect("the folder can be written to");
        return;
    }
    let expected = fs::read_to_string(&reference).unwrap_or_default();
    if drawn != expected {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let page = folder.join(name).with_extension("html");
        fs::write(&page, comparison(&expected, &drawn)).expect("the folder can be written to");
        panic!(
            "{name} is not as in {}:\n{}\nBoth, and their difference: {}",
            reference.display(),
            difference(&expected, &drawn),
            page.display()
        );
    }
}

/// The lines, each of them an element, that are only in the one or only in the other.
fn difference(expected: &str, drawn: &str) -> String {
    let mut text = String::new();
    for (sign, these, those) in [('-', expected, drawn), ('+', drawn, expected)] {
        for line in these.lines() {
            if !those.lines().any(|other| other == line) {
                let _ = writeln!(text, "  {sign} {line}");
            }
        }
    }
    text
}

/// A page with what was expected, what was drawn, and one laid over the other: what is not black
/// there is different.
fn comparison(expected: &str, drawn: &str) -> String {
    let image = |svg: &str| {
        let mut address = String::from("data:image/svg+xml,");
        for byte in svg.bytes() {
            let _ = write!(address, "%{byte:02x}");
        }
        address
    };
    let (expected, drawn) = (image(expected), image(drawn));
    format!(
        "<!doctype html><meta charset=utf-8><title>expected, drawn, difference</title>\
         <img src='{expected}'> <img src='{drawn}'> <span style='display: inline-grid'>\
         <img src='{expected}' style='grid-area: 1 / 1'><img src='{drawn}' style='grid-area: 1 / 1; \
         mix-blend-mode: difference'></span>"
    )
}

/// One test for each picture.
macro_rules! pictures {
    ($($name:ident: $figure:ident, $size:ident, $scene:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_as_in_file(stringify!($name), $figure, &$scene, $size);
            }
        )*
    };
}

pictures! {
    density_at_first: Density, WIDE, scene("");
    density_narrow: Density, NARROW, scene("");
    density_with_a_run: Density, WIDE, scene_with_run("", 100_000);
    density_with_a_mean: Density, WIDE, scene("p=0.5&mu=1");
    density_after_a_relu: Density, WIDE, scene("input=relu");
    density_of_ones: Density, WIDE, scene("input=ones");
    density_of_ones_narrow: Density, NARROW, scene("input=ones");
    density_of_gaussian_dropout: Density, WIDE, scene("scale=gaussian");
    density_of_alpha_dropout: Density, WIDE, scene("scale=alpha");
    density_without_dropout: Density, WIDE, scene("p=0");
    density_of_nearly_all_dropped: Density, WIDE, scene("p=0.95");
    ratio_at_first: Ratio, WIDE, scene("");
    ratio_narrow: Ratio, NARROW, scene("");
    ratio_with_a_mean: Ratio, WIDE, scene("p=0.5&mu=1");
    ratio_of_ones: Ratio, WIDE, scene("input=ones");
    ratio_of_alpha_dropout: Ratio, WIDE, scene("scale=alpha");
    ratio_without_dropout: Ratio, WIDE, scene("p=0");
    ratio_of_nearly_all_dropped: Ratio, WIDE, scene("p=0.95");
    convergence_before_a_run: Convergence, LONG, scene("");
    convergence_of_a_run: Convergence, LONG, scene_with_run("", 1_000_000);
    convergence_narrow: Convergence, NARROW, scene_with_run("p=0.5&mu=1", 1_000_000);
    variance_at_first: Variance, LONG, scene("");
    variance_with_a_mean: Variance, NARROW, scene("p=0.5&mu=1");
    mask_at_first: Mask, LONG, scene("");
    rules_at_first: Rules, TALL, scene("");
    layer_at_first: Layer, LAYER, scene("");
    layer_narrow: Layer, LAYER_NARROW, scene("p=0.5");
    layer_without_scaling: Layer, LAYER, scene("scale=none");
    layer_of_ten_thousand: Layer, LAYER, scene("units=10000");
    layer_of_a_few: Layer, LAYER, scene_with_draws("weights=few&seed=3", 59);
    layer_of_random_weights: Layer, LAYER, scene_with_draws("weights=random&seed=3", 1000);
    layer_with_a_draw_that_falls: Layer, LAYER, scene_with_draws("", 40);
    layer_of_nearly_all_dropped: Layer, LAYER, scene_with_draws("p=0.99", 1000);
    layer_without_dropout: Layer, LAYER, scene("p=0");
    units_at_first: Units, LONG, scene("");
    units_narrow: Units, NARROW, scene("weights=random&scale=gaussian");
    units_of_a_few: Units, LONG, scene("units=30&weights=few&scale=alpha");
    training_before_a_run: Training, NARROW, scene("");
    training_of_a_seed: Training, LONG, scene_with_training("p=0.5&seed=7", 1);
    training_with_bands: Training, LONG,
        scene_with_training("p=0.5&seed=7&hidden=2&neurons=24&spread=interval", 3);
    training_of_layers: Training, NARROW,
        scene_with_training("p=0.5&seed=7&neurons=24&epochs=6&curve=std", 2);
    training_of_accuracies: Training, LONG,
        scene_with_training("p=0.5&seed=7&neurons=24&curve=training-accuracy&mode=training", 2);
    study_at_first: Study, STUDY, scene("");
    study_narrow: Study, STUDY_NARROW, scene("notation=keep");
    spirals_before_training: Spirals, SPIRALS_NARROW, scene("");
    spirals_of_inverted_dropout: Spirals, SPIRALS, scene_with_spirals("p=0.5", None);
    spirals_with_one_mask: Spirals, SPIRALS, scene_with_spirals("p=0.5&scale=none", Some(3.0));
    spirals_narrow: Spirals, SPIRALS_NARROW, scene_with_spirals("notation=keep&scale=sqrt", None);
    depth_at_first: Depth, LAYERS, scene("");
    depth_narrow: Depth, LAYERS_NARROW, scene("");
    depth_simulated: Depth, LAYERS, scene_with_layers("width=128&p=0.5");
    depth_of_fifty_layers: Depth, LAYERS_NARROW,
        scene_with_layers("width=64&p=0.5&layers=50&init=corrected");
    depth_of_selu: Depth, LAYERS,
        scene_with_layers("width=128&activation=selu&init=lecun&scale=alpha");
    depth_of_one_layer: Depth, LAYERS_NARROW,
        scene_with_layers("width=64&activation=tanh&layers=1&notation=keep");
    rules_narrow_after_a_relu: Rules, TALL_AND_NARROW, scene("input=relu&p=0.5");
}

#[test]
fn an_element_has_text_as_text_a_name_and_no_style() {
    let scene = scene("");
    let picture = picture(Ratio, &scene, WIDE, &Palette::LIGHT);
    assert_eq!(picture.size(), WIDE);
    let element = picture.element("wide", "\"a\" < b & c");
    let start = r#"<svg class="wide" role="img" aria-label="&quot;a&quot; &lt; b &amp; c" "#;
    assert!(element.starts_with(start), "{element}");
    assert!(element.contains(">what the lecture said</text>"));
    assert!(!element.contains("style"), "a strict policy forbids it");
    assert!(!element.contains('#'), "its colours are the page's");
}

/// Every element of a document for other programs, read by an XML parser, means the same everywhere.
#[test]
fn the_document_of_each_figure_stands_alone() {
    let shows = "What \"it\" shows < all & more, in words that need more than one line of it.";
    for (palette, ground) in [
        (&Palette::LIGHT, Ground::Paper),
        (&Palette::DARK, Ground::Transparent),
    ] {
        let scene = scene_with_run("p=0.5&mu=1", 100_000);
        for figure in [Density, Ratio, Convergence, Variance, Mask, Rules, Training] {
            let plain = picture(figure, &scene, NARROW, palette);
            let plain = plain.document(palette, ground, "A title", shows);
            let captioned = Picture::draw_measured(
                (NARROW.0, 200),
                palette,
                &|text, _| 0.5 * text.len() as f64,
                |area, palette| {
                    let caption = Caption::new(area, shows, "p=0.5, mu=1").expect("it fits");
                    assert!(caption.height() < 200);
                    caption.draw(area, palette)
                },
            );
            let captioned = captioned.expect("writing a text does not fail");
            let captioned = captioned.document(palette, ground, "A title", shows);
            for (text, is_caption) in [(plain, false), (captioned, true)] {
                let document = roxmltree::Document::parse(&text).expect(&text);
                let root = document.root_element();
                assert!(root.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
                assert_eq!(root.attribute("width"), Some("340"));
                let of_kind = |kind: &'static str| {
                    let all = root.descendants().filter(|it| it.is_element());
                    all.filter(move |it| it.tag_name().name() == kind)
                };
                let texts: Vec<_> = of_kind("text").filter_map(|it| it.text()).collect();
                assert!(!texts.is_empty(), "text is text");
                if is_caption {
                    let (settings, lines) = texts.split_last().expect("there are some");
                    assert_eq!(*settings, "p=0.5, mu=1");
                    assert!(lines.len() > 1);
                    assert_eq!(lines.join(" "), shows);
                }
                let [title, description] = ["title", "desc"].map(|it| of_kind(it).next());
                assert_eq!(title.and_then(|it| it.text()), Some("A title"));
                assert_eq!(description.and_then(|it| it.text()), Some(shows));
                let has_paper = of_kind("rect").next().is_some();
                assert_eq!(has_paper, ground == Ground::Paper);
                for element in root.descendants() {
                    for attribute in element.attributes() {
                        let (name, value) = (attribute.name(), attribute.value());
                        assert!(!["class", "style", "id"].contains(&name), "{text}");
                        if name == "color" {
                            assert!(value.len() == 7 && value.starts_with('#'), "{value}");
                        }
                    }
                }
            }
        }
    }
}
