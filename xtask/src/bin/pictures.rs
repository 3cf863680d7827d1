//! Draws the pictures that stand in the page until its program has started, and where it never
//! does: the page's own figures, by the page's own code, as SVG. Trunk's hook runs it before each
//! build, and `index.html` takes the pictures from `target/pictures/`.
//!
//! Called as `pictures social`, it makes the picture that is shown beside a link to the page, as SVG
//! and, with the browser that `CHROME` names, as PNG. That takes a browser and the fonts of the
//! machine, so both are kept in the repository, and a test says when the figures have changed since.
//!
//! Called as `pictures pages FOLDER`, it writes there a page for each figure with a picture for
//! previews of links, if it has been compiled to do so.
//!
//! It is a program of its own so that the other commands don't wait for the library.

#[cfg(feature = "previews")]
#[path = "pictures/pages.rs"]
mod pages;

use std::convert::Infallible;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
#[cfg(feature = "previews")]
use rayon::prelude::*;

use dropout_moments::charts::{
    Palette, Picture, Svg, draw_convergence, draw_density, draw_depth, draw_layer, draw_mask,
    draw_ratio, draw_rules, draw_spirals, draw_study, draw_training, draw_units, draw_variance,
};
#[cfg(feature = "previews")]
use dropout_moments::network::{Comparison, Progress, SpiralProgress, Spirals, Split};
use dropout_moments::sampling::Experiment;
use dropout_moments::scene::{Emphasis, Readable, Run, Scene};
#[cfg(feature = "previews")]
use dropout_moments::scene::{Learnt, Measured, Sections, Training};
use dropout_moments::settings::{Seed, Settings};

/// CSS pixels: where there is room, and where there is little. The page shows the one that has the
/// shape of the figure's box, and scales it.
const ROOMY: (u32, u32) = (448, 264);
const ROOMY_AND_LONG: (u32, u32) = (700, 260);
const SMALL: (u32, u32) = (340, 255);

/// The seed of the run: that which a scene takes where none is set, since the figure of the mask shows
/// the run's first units.
const SEED: Seed = Seed(0);

/// The social picture's size in pixels, which the sites that show it ask for.
const SOCIAL: (u32, u32) = (1200, 630);

fn main() -> Result<()> {
    match env::args().nth(1).as_deref() {
        None => figures(),
        Some("social") => social(),
        #[cfg(feature = "previews")]
        Some("pages") => write_pages(Path::new(
            &env::args_os().nth(2).context("into which folder?")?,
        )),
        Some(other) => bail!("there is no {other:?}: `pictures`, or `pictures social`"),
    }
}

fn root() -> Result<&'static Path> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.context("xtask lies in the repository's folder")
}

fn scene() -> Scene {
    Scene::new(&Settings::default(), None)
}

/// What is drawn: a chart of a part of the scene.
struct Figure {
    /// As in `id="figure-NAME"`.
    name: &'static str,
    part: fn(&Scene) -> Option<&dyn Readable>,
    draw: Draw,
    /// Its shape where there is room.
    roomy: (u32, u32),
    /// Its shape where there is little.
    small: (u32, u32),
}

type Draw = fn(&DrawingArea<Svg<'_>, Shift>, &Scene, &Palette) -> Drawn;

type Drawn = Result<(), DrawingAreaErrorKind<Infallible>>;

const FIGURES: [Figure; 12] = [
    Figure {
        name: "density",
        part: |scene| Some(&scene.density),
        draw: |area, scene, palette| draw_density(area, &scene.density, palette),
        roomy: ROOMY,
        small: SMALL,
    },
    Figure {
        name: "ratio",
        part: |scene| Some(&scene.ratio),
        draw: |area, scene, palette| draw_ratio(area, &scene.ratio, palette),
        roomy: ROOMY,
        small: SMALL,
    },
    Figure {
        name: "convergence",
        part: |scene| Some(scene.convergence.as_ref()?),
        draw: |area, scene, palette| {
            drawn(&scene.convergence, |it| draw_convergence(area, it, palette))
        },
        roomy: ROOMY_AND_LONG,
        small: SMALL,
    },
    Figure {
        name: "variance",
        part: |scene| Some(scene.variance.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.variance, |it| draw_variance(area, it, palette)),
        roomy: (700, 242),
        small: (340, 242),
    },
    Figure {
        name: "mask",
        part: |scene| Some(scene.mask.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.mask, |it| draw_mask(area, it, palette)),
        roomy: ROOMY_AND_LONG,
        small: SMALL,
    },
    Figure {
        name: "layer",
        part: |scene| Some(scene.layer.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.layer, |it| draw_layer(area, it, palette)),
        roomy: (700, 320),
        small: (340, 300),
    },
    // Its many discs would weigh too much in the page; but it has a page of its own.
    Figure {
        name: "units",
        part: |scene| Some(scene.units.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.units, |it| draw_units(area, it, palette)),
        roomy: ROOMY_AND_LONG,
        small: SMALL,
    },
    Figure {
        name: "rules",
        part: |scene| Some(scene.rules.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.rules, |it| draw_rules(area, it, palette)),
        roomy: (700, 560),
        small: (350, 620),
    },
    Figure {
        name: "training",
        part: |scene| Some(scene.training.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.training, |it| draw_training(area, it, palette)),
        roomy: ROOMY_AND_LONG,
        small: SMALL,
    },
    Figure {
        name: "study",
        part: |scene| Some(scene.study.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.study, |it| draw_study(area, it, palette)),
        roomy: (700, 300),
        small: (340, 520),
    },
    // Likewise its points; and in the page it has no network before a reader sees it.
    Figure {
        name: "spirals",
        part: |scene| Some(scene.spirals.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.spirals, |it| draw_spirals(area, it, palette)),
        roomy: (700, 400),
        small: (340, 680),
    },
    Figure {
        name: "depth",
        part: |scene| Some(scene.depth.as_ref()?),
        draw: |area, scene, palette| drawn(&scene.depth, |it| draw_depth(area, it, palette)),
        roomy: (700, 620),
        small: (340, 500),
    },
];

/// A figure that is drawn where the scene has it.
fn drawn<F>(figure: &Option<F>, draw: impl FnOnce(&F) -> Drawn) -> Drawn {
    figure.as_ref().map_or(Ok(()), draw)
}

impl Figure {
    fn picture(&self, scene: &Scene, size: (u32, u32)) -> Result<Picture> {
        Ok(Picture::draw(size, &Palette::LIGHT, |area, palette| {
            (self.draw)(area, scene, palette)
        })?)
    }
}

/// With a run of the experiment, as the page starts one by itself; but the densities are drawn
/// without its many dots.
fn scene_of_a_run() -> Scene {
    let settings = Settings::default();
    let experiment = Experiment::new(&settings, settings.samples, SEED);
    let estimate = experiment.run();
    let run = Run {
        estimate: &estimate,
        samples: settings.samples.get(),
        seconds: 0.0,
    };
    Scene {
        density: scene().density,
        ..Scene::new(&settings, Some(run))
    }
}

/// With all that a reader has trained here: the networks that are compared, and the spirals'.
#[cfg(feature = "previews")]
fn trained_scene() -> Result<Scene> {
    let settings = Settings::default();
    let digits = fs::read(root()?.join("www/digits.bin"))?;
    let digits = Split::digits(&digits).context("www/digits.bin holds no digits")?;
    let comparison = Comparison::new(&settings);
    let mut networks = vec![Progress::default(); comparison.networks()];
    let numbered = networks.par_iter_mut().enumerate();
    numbered.for_each(|(number, network)| {
        while network.end.is_none() {
            *network = comparison.go_on(number, network, &digits);
        }
    });
    let spirals = Spirals::new(&settings);
    let mut progress = SpiralProgress::default();
    while !progress.is_done() {
        progress = spirals.go_on(&progress);
    }
    let measured = Measured {
        training: Some(Training {
            comparison: &comparison,
            networks: &networks,
        }),
        spirals: Some(Learnt {
            spirals,
            progress: &progress,
        }),
        ..Measured::default()
    };
    Ok(Scene::of(&settings, measured, Sections::ALL))
}

/// Writes a page for each figure.
#[cfg(feature = "previews")]
fn write_pages(folder: &Path) -> Result<()> {
    let trained = trained_scene()?;
    let scene = Scene {
        training: trained.training,
        spirals: trained.spirals,
        ..scene_of_a_run()
    };
    pages::write_shared(folder)?;
    for figure in FIGURES {
        let part = (figure.part)(&scene).context("the scene has no sections")?;
        let picture = figure.picture(&scene, figure.roomy)?;
        pages::write(folder, figure.name, part.summary(), &picture)?;
    }
    Ok(())
}

/// Writes the pictures of the page.
fn figures() -> Result<()> {
    let scene = scene_of_a_run();
    let folder = root()?.join("target/pictures");
    fs::create_dir_all(&folder)?;
    for figure in FIGURES {
        let part = (figure.part)(&scene).context("the scene lacks a figure")?;
        let summary = part.summary();
        let roomy = figure.picture(&scene, figure.roomy)?;
        let small = figure.picture(&scene, figure.small)?;
        let pictures = [
            roomy.element("picture roomy", summary),
            small.element("picture small", summary),
        ]
        .join("\n");
        let path = folder.join(figure.name).with_extension("html");
        // Trunk builds anew whenever a file that the page names has been written.
        if fs::read_to_string(&path).is_ok_and(|old| old == pictures) {
            continue;
        }
        fs::write(&path, pictures).with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(())
}

/// Where the social picture is kept as SVG.
fn social_svg() -> Result<PathBuf> {
    Ok(root()?.join("tests/pictures/social.svg"))
}

/// Makes the social picture, as SVG and as PNG.
fn social() -> Result<()> {
    let svg = social_svg()?;
    fs::write(&svg, social_picture()?)?;
    let png = root()?.join("www/social.png");
    let (width, height) = SOCIAL;
    let chrome = env::var_os("CHROME").context("CHROME names no browser")?;
    let status = Command::new(chrome)
        // It opens nothing but our own file, and a container's root can't have the sandbox.
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
        ])
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("--screenshot={}", png.display()))
        .arg(&svg)
        .status()
        .context("can't run the browser")?;
    ensure!(status.success(), "the browser failed ({status})");
    Ok(())
}

/// The question, the answer and the two figures that show it.
fn social_picture() -> Result<String> {
    let scene = scene();
    let answer: String = scene
        .answer
        .iter()
        .map(|span| {
            let style = match span.emphasis {
                Emphasis::None | Emphasis::Setting => "",
                Emphasis::Stress => r#" font-style="italic""#,
                Emphasis::After => r#" class="after" fill="currentColor" font-weight="bold""#,
            };
            format!("<tspan{style}>{}</tspan>", span.text)
        })
        .collect();
    // Drawn small and shown large: a preview is looked at in the size of a thumbnail.
    let size = (360, 222);
    let place = |picture: &Picture, x: u32| {
        let own = format!(r#"width="{}" height="{}""#, size.0, size.1);
        let shown = format!(r#"x="{x}" y="276" width="552" height="340""#);
        picture
            .file(Some(&Palette::LIGHT))
            .replacen(&own, &shown, 1)
    };
    let (width, height) = SOCIAL;
    let [density, ratio, ..] = FIGURES;
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<style>.heading text{{font-family:"Iowan Old Style",P052,Palatino,Georgia,serif}}</style>
<g class="heading" fill="currentColor" color="#1c1b1a">
<text x="60" y="98" font-size="66" font-weight="bold">Does dropout keep</text>
<text x="60" y="172" font-size="66" font-weight="bold">the standard deviation?</text>
<text x="60" y="236" font-size="33" xml:space="preserve">{answer}</text>
</g>
{}
{}
</svg>
"##,
        place(&density.picture(&scene, size)?, 36),
        place(&ratio.picture(&scene, size)?, 612),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_social_picture_shows_the_figures_as_they_are() {
        let kept = fs::read_to_string(social_svg().unwrap()).unwrap();
        assert!(
            kept == social_picture().unwrap(),
            "`cargo xtask social-picture` makes it anew; look at www/social.png then"
        );
    }
}
