//! The canvases show what the same scene gives as SVG.

use dropout_moments::charts::{
    Palette, Picture, draw_convergence, draw_density, draw_depth, draw_layer, draw_mask,
    draw_ratio, draw_rules, draw_units, draw_variance,
};
use dropout_moments::network::{Simulation, SimulationEstimate};
use dropout_moments::sampling::Experiment;
use dropout_moments::scene::{Measured, Run, Scene, Sections, Simulated};
use dropout_moments::settings::{Figure, Named as _, Seed, Settings};
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlCanvasElement;

use crate::stage::{Stage, attribute};

/// The share of squares, of 2 by 2 CSS pixels, whose mean colour may differ by more than
/// [`DIFFERENCE`] of 255 in one of the three channels.
///
/// Curves, areas and discs are the same to a fraction of a pixel: only their smoothed edges differ,
/// and a square's mean hardly. Letters may lie a fraction of a pixel apart, and cover some 3 % of a
/// figure. Another scene's curves differ in more than that, which the test makes sure of.
pub(crate) const TOLERANCE: f64 = 0.01;
pub(crate) const DIFFERENCE: u32 = 40;

/// Promises the share of squares in which a canvas and a picture in a blob differ, both on the page's
/// ground.
pub(crate) const COMPARE: &str = r"(async (canvas, picture, difference) => {
  const { width, height } = canvas;
  const image = new Image();
  image.src = URL.createObjectURL(picture);
  await image.decode();
  const means = [canvas, image].map((source) => {
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [width, height];
    const context = copy.getContext('2d');
    context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    context.fillRect(0, 0, width, height);
    context.drawImage(source, 0, 0, width, height);
    const small = document.createElement('canvas');
    const side = 2 * width / canvas.clientWidth;
    [small.width, small.height] = [width / side, height / side];
    const means = small.getContext('2d');
    means.imageSmoothingQuality = 'high';
    means.drawImage(copy, 0, 0, small.width, small.height);
    return means.getImageData(0, 0, small.width, small.height).data;
  });
  let squares = 0;
  for (let i = 0; i < means[0].length; i += 4) {
    squares += [0, 1, 2].some((c) => Math.abs(means[0][i + c] - means[1][i + c]) > difference);
  }
  return squares / (means[0].length / 4);
})";

/// The scene that the page shows once its run and its simulation are done.
fn scene(fragment: &str) -> Scene {
    let settings = Settings::from_fragment(fragment).settings;
    let seed = settings.seed.unwrap_or(Seed(0));
    let experiment = Experiment::new(&settings, settings.samples, seed);
    let estimate = experiment.run();
    let run = Run {
        estimate: &estimate,
        samples: settings.samples.get(),
        seconds: 1.0,
    };
    let simulation = Simulation::new(&settings, seed);
    let mut layers = SimulationEstimate::new(&simulation);
    for part in 0..Simulation::PARTS {
        let numbers = simulation.run_part(part);
        layers.add(&numbers).expect("they are its numbers");
    }
    let measured = Measured {
        run: Some(run),
        simulation: Some(Simulated {
            layers: &layers.layers(&simulation),
            width: settings.depth.width.get(),
            inputs: layers.inputs(),
            seconds: 1.0,
        }),
        ..Measured::default()
    };
    Scene::of(&settings, measured, Sections::ALL)
}

/// A figure of one of the sections.
fn there<F>(figure: &Option<F>) -> &F {
    figure.as_ref().expect("a whole scene has it")
}

async fn assert_canvases_are_as_svg(fragment: &str, palette: &Palette) {
    let stage = Stage::new(fragment).await;
    stage.until_run_is("done").await;
    let (shown, other) = (scene(fragment), scene("p=0.8&seed=8&n=100000"));
    let measured = |text: &str, is_bold: bool| {
        let weight = if is_bold { "bold" } else { "normal" };
        let text = js_sys::JSON::stringify(&text.into()).expect("a text can be quoted");
        let width = stage.run_script(&format!(
            "(() => {{
              const context = document.createElement('canvas').getContext('2d');
              context.font = `{weight} 100px ${{getComputedStyle(document.querySelector('figcaption')).fontFamily}}`;
              return context.measureText({text}).width / 100;
            }})()"
        ));
        width.as_f64().expect("a width is a number")
    };
    for (name, figure) in Figure::NAMES {
        // What training and the spirals show depends on how far they are; the study is the same in any scene.
        if let Figure::Training | Figure::Spirals | Figure::Study = figure {
            continue;
        }
        let canvas = stage.element(&format!("#figure-{name} canvas"));
        // To the foot of the window: at its top a mouse may rest, whose place a figure would show.
        canvas.scroll_into_view_with_bool(false);
        if *figure == Figure::Depth {
            stage
                .until("the layers are simulated", || {
                    let simulation = stage.element("#simulation");
                    attribute(&simulation, "data-simulation") == "done"
                })
                .await;
        }
        let canvas: HtmlCanvasElement = canvas.unchecked_into();
        let [width, height] = [canvas.client_width(), canvas.client_height()]
            .map(|length| u32::try_from(length).expect("it has a size"));
        let size = (width, height);
        let compare = async |scene: &Scene| {
            let picture =
                Picture::draw_measured(size, palette, &measured, |area, palette| match figure {
                    Figure::Density => draw_density(area, &scene.density, palette),
                    Figure::Ratio => draw_ratio(area, &scene.ratio, palette),
                    Figure::Convergence => {
                        draw_convergence(area, there(&scene.convergence), palette)
                    }
                    Figure::Variance => draw_variance(area, there(&scene.variance), palette),
                    Figure::Mask => draw_mask(area, there(&scene.mask), palette),
                    Figure::Layer => draw_layer(area, there(&scene.layer), palette),
                    Figure::Units => draw_units(area, there(&scene.units), palette),
                    Figure::Rules => draw_rules(area, there(&scene.rules), palette),
                    Figure::Depth => draw_depth(area, there(&scene.depth), palette),
                    Figure::Training | Figure::Spirals | Figure::Study => {
                        unreachable!("they are left out")
                    }
                });
            let picture = picture.expect("writing a text does not fail");
            let svg = picture.file(Some(palette));
            let svg = js_sys::JSON::stringify(&svg.into()).expect("a text can be quoted");
            let compared = stage.run_script(&format!(
                "{COMPARE}(document.querySelector('#figure-{name} canvas'),
                    new Blob([{svg}], {{ type: 'image/svg+xml' }}), {DIFFERENCE})"
            ));
            let compared = JsFuture::from(compared.unchecked_into::<Promise>()).await;
            let compared = compared.expect("the browser draws the SVG");
            compared.as_f64().expect("a share is a number")
        };
        // The figure is drawn a frame or two after it has come into view.
        let mut share = compare(&shown).await;
        for _ in 0..60 {
            if share <= TOLERANCE {
                break;
            }
            stage.frame().await;
            share = compare(&shown).await;
        }
        let of_other = compare(&other).await;
        assert!(
            share <= TOLERANCE && of_other > TOLERANCE,
            "{fragment} {name}: {share} of the squares differ, {of_other} from another scene"
        );
    }
}

#[wasm_bindgen_test]
async fn the_canvases_are_as_the_svg_of_the_same_scene() {
    assert_canvases_are_as_svg("theme=light&seed=7&n=100000", &Palette::LIGHT).await;
}

#[wasm_bindgen_test]
async fn in_the_dark_too_with_a_mean() {
    assert_canvases_are_as_svg("theme=dark&seed=7&n=100000&p=0.5&mu=1", &Palette::DARK).await;
}
