//! A page for each figure, whose address can be pasted anywhere: what shows a preview of it shows
//! the figure's own picture, title and description, and who opens it gets the figure itself.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use resvg::{tiny_skia, usvg};

use dropout_moments::charts::{Palette, Picture};
use dropout_moments::scene::figure_title;
use dropout_moments::settings::{Figure, Named as _};

/// The size in pixels that the sites ask for which show previews.
const PREVIEW: (u32, u32) = (1200, 630);

/// What the pages share.
const SHARED: [(&str, &str); 2] = [
    ("open.js", include_str!("../../../../www/open.js")),
    ("figure.css", include_str!("../../../../www/figure.css")),
];

/// Writes what the pages share into their folder.
pub fn write_shared(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, content) in SHARED {
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}

/// Writes one figure's page, and its picture.
pub fn write(folder: &Path, name: &str, summary: &str, picture: &Picture) -> Result<()> {
    let title = figure_title(Figure::from_name(name)?);
    let folder = folder.join(name);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("index.html"), page(name, title, summary))?;
    let png = png(&preview(title, picture))?;
    fs::write(folder.join("picture.png"), png).context("can't write a picture")
}

fn page(name: &str, title: &str, summary: &str) -> String {
    let (width, height) = PREVIEW;
    let summary = summary.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        r#"<!doctype html>
<html lang="en" data-figure="{name}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <meta name="description" content="{summary}">
  <meta property="og:type" content="website">
  <meta property="og:site_name" content="Dropout Moments">
  <meta property="og:title" content="{title}">
  <meta property="og:description" content="{summary}">
  <meta property="og:image" content="picture.png">
  <meta property="og:image:width" content="{width}">
  <meta property="og:image:height" content="{height}">
  <meta property="og:image:alt" content="{summary}">
  <meta name="twitter:card" content="summary_large_image">
  <script defer src="../open.js"></script>
  <link rel="stylesheet" href="../figure.css">
</head>
<body>
  <main>
    <h1>{title}</h1>
    <img src="picture.png" width="{width}" height="{height}" alt="{summary}">
    <p>{summary}</p>
    <p><a href="../../index.html">Dropout Moments, the whole explanation</a></p>
  </main>
</body>
</html>
"#
    )
}

/// The title, and below it the figure, as large as it can be.
fn preview(title: &str, picture: &Picture) -> String {
    let (width, height) = PREVIEW;
    let own = format!(
        r#"width="{}" height="{}""#,
        picture.size().0,
        picture.size().1
    );
    let shown = format!(
        r#"x="50" y="120" width="{}" height="{}""#,
        width - 100,
        height - 150
    );
    let figure = picture
        .file(Some(&Palette::LIGHT))
        .replacen(&own, &shown, 1);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">
<rect width="100%" height="100%" fill="#fdfcfa"/>
<text x="50" y="82" font-size="40" font-family="sans-serif" font-weight="bold" fill="#1c1b1a">{title}</text>
{figure}
</svg>"##
    )
}

/// With fonts that come with the program, so that every machine makes the same picture.
fn png(svg: &str) -> Result<Vec<u8>> {
    let mut fonts = usvg::fontdb::Database::new();
    for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).context("a preview is no SVG")?;
    let (width, height) = PREVIEW;
    let mut pixels = tiny_skia::Pixmap::new(width, height).context("a picture has no size")?;
    resvg::render(
        &tree,
        tiny_skia::Transform::identity(),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().context("can't make a PNG")
}
