//! The figures as SVG: small, with text as text, and with colours that follow the page's.

use std::convert::Infallible;
use std::fmt::{self, Write as _};

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle};

use super::style::{FAMILY, Palette, UNIT, hexadecimal, rounded};
use crate::settings::shortest;

/// A figure drawn as SVG.
///
/// Every colour of the palette is a class (`before`, `after`, `soft`, `line`, `paper`) whose `color`
/// the surrounding styles give, so that one picture serves on light and on dark ground. There is no
/// `style` attribute, which a strict content security policy forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    size: (u32, u32),
    body: String,
}

impl Picture {
    /// Draws a figure of this size in CSS pixels with a function that is given this palette too.
    /// How much room its labels need is estimated: which font a reader has is not known.
    ///
    /// # Errors
    /// Those of `draw`.
    pub fn draw(
        size: (u32, u32),
        palette: &Palette,
        draw: impl FnOnce(
            &DrawingArea<Svg<'_>, Shift>,
            &Palette,
        ) -> Result<(), DrawingAreaErrorKind<Infallible>>,
    ) -> Result<Self, DrawingAreaErrorKind<Infallible>> {
        Self::draw_measured(size, palette, &estimated_width, draw)
    }

    /// As [`draw`](Self::draw), where the width of a text is known, as a multiple of its size. It is
    /// given the text and whether it is bold.
    ///
    /// # Errors
    /// Those of `draw`.
    pub fn draw_measured(
        size: (u32, u32),
        palette: &Palette,
        width: &dyn Fn(&str, bool) -> f64,
        draw: impl FnOnce(
            &DrawingArea<Svg<'_>, Shift>,
            &Palette,
        ) -> Result<(), DrawingAreaErrorKind<Infallible>>,
    ) -> Result<Self, DrawingAreaErrorKind<Infallible>> {
        Self::draw_with(size, palette, width, |svg| {
            draw(&svg.into_drawing_area(), palette)
        })
    }

    /// As [`draw_measured`](Self::draw_measured), with a function that is given the backend itself.
    ///
    /// # Errors
    /// Those of `draw`.
    pub fn draw_with<E>(
        size: (u32, u32),
        palette: &Palette,
        width: &dyn Fn(&str, bool) -> f64,
        draw: impl FnOnce(Svg<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut body = String::new();
        draw(Svg {
            size,
            palette,
            width,
            body: &mut body,
            line: None,
        })?;
        Ok(Self { size, body })
    }

    /// Its width and height in CSS pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// An element for a page whose styles colour its classes. It has a role and a name for those who
    /// don't see it.
    #[must_use]
    pub fn element(&self, class: &str, name: &str) -> String {
        let mut element = String::new();
        // The names of attributes and classes are the program's own.
        let _ = write!(element, r#"<svg class="{class}" role="img" aria-label=""#);
        escape(name, &mut element);
        element.push_str("\" ");
        self.finish(&mut element, "");
        element
    }

    /// A file of its own, in the colours of a palette; in those of the reader's colour scheme, if
    /// none is given.
    #[must_use]
    pub fn file(&self, palette: Option<&Palette>) -> String {
        let (width, height) = self.size;
        let mut style = format!("text{{font-family:{FAMILY}}}");
        style.push_str(&palette.unwrap_or(&Palette::LIGHT).style_sheet());
        if palette.is_none() {
            let dark = Palette::DARK.style_sheet();
            let _ = write!(style, "@media(prefers-color-scheme:dark){{{dark}}}");
        }
        let mut file = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" "#
        );
        self.finish(&mut file, &format!("<style>{style}</style>\n"));
        file
    }

    /// A document for other programs: with a title and a description, and with each colour where it
    /// is used, since not all of them read style sheets.
    #[must_use]
    pub fn document(
        &self,
        palette: &Palette,
        ground: Ground,
        title: &str,
        description: &str,
    ) -> String {
        let (width, height) = self.size;
        let mut document = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" color=\"{}\" font-family=\"",
            hexadecimal(palette.ink)
        );
        escape(FAMILY, &mut document);
        document.push_str("\" ");
        let mut head = String::from("\n<title>");
        escape(title, &mut head);
        head.push_str("</title>\n<desc>");
        escape(description, &mut head);
        head.push_str("</desc>\n");
        if ground == Ground::Paper {
            let paper = hexadecimal(palette.paper);
            let _ = writeln!(
                head,
                r#"<rect width="100%" height="100%" fill="{paper}" stroke="none"/>"#
            );
        }
        self.finish(&mut document, &head);
        for (class, colour) in palette.classes() {
            let colour = format!("color=\"{}\"", hexadecimal(colour));
            document = document.replace(&format!("class=\"{class}\""), &colour);
        }
        document + "\n"
    }

    fn finish(&self, element: &mut String, style: &str) {
        let (width, height) = (self.size.0 * UNIT, self.size.1 * UNIT);
        let _ = write!(
            element,
            r#"viewBox="0 0 {width} {height}" fill="none" stroke="currentColor" stroke-linejoin="round">{style}{}</svg>"#,
            self.body
        );
    }
}

/// What lies behind a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The page's colour.
    Paper,
    /// Nothing.
    Transparent,
}

/// A backend that writes SVG. Its plane is measured in fine units.
pub struct Svg<'a> {
    size: (u32, u32),
    palette: &'a Palette,
    width: &'a dyn Fn(&str, bool) -> f64,
    body: &'a mut String,
    /// A path that is not closed yet, since lines of the same style may follow.
    line: Option<Line>,
}

struct Line {
    attributes: String,
    data: PathData,
}

impl fmt::Debug for Svg<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Svg")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

type Outcome<T = ()> = Result<T, DrawingErrorKind<Infallible>>;

impl Svg<'_> {
    /// The class, or where the palette has none, the colour itself.
    fn colour(&self, colour: BackendColor) -> String {
        let mut attributes = match self.palette.class(colour.rgb) {
            Some(class) => format!(r#"class="{class}""#),
            None => {
                let (red, green, blue) = colour.rgb;
                format!("color=\"#{red:02x}{green:02x}{blue:02x}\"")
            }
        };
        if colour.alpha < 1.0 {
            let _ = write!(attributes, r#" opacity="{}""#, shortest(colour.alpha));
        }
        attributes
    }

    fn filled(&self, colour: BackendColor) -> String {
        let colour = self.colour(colour);
        format!(r#"{colour} fill="currentColor" stroke="none""#)
    }

    #[inline(never)]
    fn stroked(&self, colour: BackendColor, width: u32) -> String {
        let colour = self.colour(colour);
        format!(r#"{colour} stroke-width="{width}""#)
    }

    /// Adds a line, to the path of the line before it if both are of one style. Not inlined, as the
    /// others: figures on a canvas do without.
    #[inline(never)]
    fn add_line(&mut self, points: &[(i32, i32)], attributes: String) {
        if self
            .line
            .as_ref()
            .is_none_or(|line| line.attributes != attributes)
        {
            self.close_line();
        }
        let line = self.line.get_or_insert_with(|| Line {
            attributes,
            data: PathData::default(),
        });
        line.data.push(&simplified(points));
    }

    #[inline(never)]
    fn add_area(&mut self, points: &[(i32, i32)], colour: BackendColor) {
        self.close_line();
        let mut data = PathData::default();
        data.push(&simplified(points));
        let attributes = self.filled(colour);
        self.element(&format!(r#"<path {attributes} d="{}z"/>"#, data.text));
    }

    #[inline(never)]
    fn close_line(&mut self) {
        if let Some(Line { attributes, data }) = self.line.take() {
            self.element(&format!(r#"<path {attributes} d="{}"/>"#, data.text));
        }
    }

    fn element(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

impl Drop for Svg<'_> {
    fn drop(&mut self) {
        self.close_line();
    }
}

impl DrawingBackend for Svg<'_> {
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

    fn draw_pixel(&mut self, point: (i32, i32), color: BackendColor) -> Outcome {
        self.draw_circle(point, 1, &color, true)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.add_line(
            &path.into_iter().collect::<Vec<_>>(),
            self.stroked(style.color(), style.stroke_width()),
        );
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let path: Vec<_> = path.into_iter().collect();
        self.add_area(&path, style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): (i32, i32),
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.close_line();
        let attributes = if fill {
            self.filled(style.color())
        } else {
            self.stroked(style.color(), style.stroke_width())
        };
        self.element(&format!(
            r#"<circle {attributes} cx="{x}" cy="{y}" r="{radius}"/>"#
        ));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): (i32, i32),
    ) -> Outcome {
        self.close_line();
        let mut attributes = self.filled(style.color());
        let size = style.size();
        let _ = write!(attributes, r#" font-size="{}""#, rounded(size));
        if is_bold(style) {
            attributes.push_str(r#" font-weight="700""#);
        }
        match style.anchor().h_pos {
            HPos::Left => {}
            HPos::Center => attributes.push_str(r#" text-anchor="middle""#),
            HPos::Right => attributes.push_str(r#" text-anchor="end""#),
        }
        // From there to the baseline: what a canvas does with common sans-serif fonts.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.8,
            VPos::Center => 0.3,
            VPos::Bottom => -0.2,
        };
        let y = y + rounded(down * size);
        let mut content = String::new();
        escape(text, &mut content);
        self.element(&format!(
            r#"<text {attributes} x="{x}" y="{y}">{content}</text>"#
        ));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Outcome<(u32, u32)> {
        let size = style.size();
        let width = size * (self.width)(text, is_bold(style));
        Ok((
            rounded(width.ceil()).unsigned_abs(),
            rounded(size).unsigned_abs(),
        ))
    }
}

fn is_bold(style: &impl BackendTextStyle) -> bool {
    style.style().as_str() == FontStyle::Bold.as_str()
}

/// How wide a text is in wide sans-serif fonts, such as DejaVu Sans or Verdana, in em.
fn estimated_width(text: &str, is_bold: bool) -> f64 {
    let letters = text.chars().map(|letter| match letter {
        ' ' | '.' | ',' | 'i' | 'j' | 'l' | 'f' | 't' | '/' | '(' | ')' => 0.38,
        '+' | '−' | '×' | '÷' | '±' | '=' | '%' | 'm' | 'w' | 'W' | 'M' => 0.9,
        _ => 0.63,
    });
    let boldness = if is_bold { 1.1 } else { 1.0 };
    boldness * letters.sum::<f64>()
}

/// Lines as the `d` of a path, each point relative to the one before it.
#[derive(Default)]
struct PathData {
    text: String,
    at: (i32, i32),
}

impl PathData {
    /// Adds a line through these points.
    fn push(&mut self, points: &[(i32, i32)]) {
        for (index, &(x, y)) in points.iter().enumerate() {
            let (dx, dy) = (x - self.at.0, y - self.at.1);
            self.at = (x, y);
            // After `m`, further pairs are lines.
            let gap = match (index, dx < 0) {
                (0, _) => "m",
                (_, true) => "",
                (_, false) => " ",
            };
            let between = if dy < 0 { "" } else { " " };
            let _ = write!(self.text, "{gap}{dx}{between}{dy}");
        }
    }
}

/// The points without which the line would be another by more than one fine unit.
fn simplified(points: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut kept = Vec::new();
    let mut start = 0;
    kept.extend(points.first());
    while start + 1 < points.len() {
        // As far as a straight line passes all points between (Reumann and Witkam's idea, 1974, but
        // measured from the line to the last point, so that errors can't add up).
        let mut end = start + 1;
        while end + 1 < points.len()
            && (start + 1..=end)
                .all(|between| distance(points[between], points[start], points[end + 1]) <= 1.0)
        {
            end += 1;
        }
        kept.push(points[end]);
        start = end;
    }
    kept
}

/// From a point to the segment between two others.
fn distance(point: (i32, i32), from: (i32, i32), to: (i32, i32)) -> f64 {
    let vector = |a: (i32, i32), b: (i32, i32)| (f64::from(b.0 - a.0), f64::from(b.1 - a.1));
    let (line, side) = (vector(from, to), vector(from, point));
    let square = line.0 * line.0 + line.1 * line.1;
    if square == 0.0 {
        return side.0.hypot(side.1);
    }
    let share = ((side.0 * line.0 + side.1 * line.1) / square).clamp(0.0, 1.0);
    (side.0 - share * line.0).hypot(side.1 - share * line.1)
}

/// Adds a text with the characters replaced that mean something in SVG.
fn escape(text: &str, into: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => into.push_str("&lt;"),
            '&' => into.push_str("&amp;"),
            '"' => into.push_str("&quot;"),
            letter => into.push(letter),
        }
    }
}
