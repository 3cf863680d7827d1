//! A canvas as a plotters backend that is sharp on every screen.

use std::cell::RefCell;
use std::f64::consts::TAU;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::charts::{Svg, UNIT};

/// A surface around plotters' canvas backend, with what that lacks: the plane is measured in fine
/// units, so that curves are smooth; the backing store has the resolution of the screen, and at
/// least two pixels to a CSS pixel; text is measured by the canvas, where plotters would lay out an
/// element in the document for every label; and a colour is written in integers, since the code
/// that writes floating-point numbers would weigh as much as all drawing.
///
/// It may draw into an SVG instead: the canvas then only measures text, and no figure's code is in the
/// program twice.
pub(super) struct Surface<'a> {
    backend: CanvasBackend,
    pen: Rc<Pen>,
    size: (u32, u32),
    svg: Option<Svg<'a>>,
}

/// What draws on a canvas, from one drawing to the next. It knows how it is set, and how wide texts
/// are: to say the same again, and to ask the same again, takes as long as the drawing.
pub(super) struct Pen {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    is_set: RefCell<Set>,
    widths: RefCell<Vec<(Font, String, u32)>>,
}

/// How a pen is set, where that is known.
#[derive(Default)]
struct Set {
    fill: Option<Colour>,
    stroke: Option<Stroke>,
    font: Option<Font>,
    align: Option<&'static str>,
    baseline: Option<&'static str>,
    /// Whether there is a path of lines that has not been stroked yet: lines of the same stroke that
    /// follow each other, such as dashes, are one path.
    has_lines: bool,
}

/// Red, green, blue and opacity.
type Colour = ((u8, u8, u8), f64);

/// A colour, and a width in fine units.
type Stroke = (Colour, u32);

/// A size in fine units, and whether it is bold: all figures have one family.
type Font = (i32, bool);

/// So many widths are kept.
const WIDTHS: usize = 128;

type Result<T> =
    std::result::Result<T, DrawingErrorKind<<Surface<'static> as DrawingBackend>::ErrorType>>;

impl<'a> Surface<'a> {
    /// An empty drawing area on the whole canvas, which has this size in CSS pixels, with so many
    /// pixels of the screen to each.
    ///
    /// # Errors
    /// When the browser gives no 2D context.
    pub(super) fn area(
        pen: &Rc<Pen>,
        size: (u32, u32),
        resolution: f64,
    ) -> std::result::Result<DrawingArea<Self, Shift>, JsValue> {
        Ok(Self::of(pen, size, resolution.clamp(2.0, 4.0), None)?.into_drawing_area())
    }

    /// A surface of this size in CSS pixels, with so many pixels of the canvas to each of them, or
    /// with an SVG that takes all that is drawn.
    ///
    /// # Errors
    /// When the browser gives no 2D context.
    pub(super) fn of(
        pen: &Rc<Pen>,
        (width, height): (u32, u32),
        scale: f64,
        svg: Option<Svg<'a>>,
    ) -> std::result::Result<Self, JsValue> {
        let pixels = |css: u32| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a positive number of pixels"
            )]
            let pixels = (f64::from(css) * scale).round() as u32;
            pixels
        };
        let Pen {
            canvas, context, ..
        } = &**pen;
        let (across, down) = (pixels(width), pixels(height));
        if (canvas.width(), canvas.height()) != (across, down) {
            canvas.set_width(across);
            canvas.set_height(down);
            pen.is_set.take();
            context.set_line_join("round");
        }
        context.reset_transform()?;
        context.clear_rect(0.0, 0.0, across.into(), down.into());
        let units = scale / f64::from(UNIT);
        context.scale(units, units)?;
        Ok(Self {
            backend: CanvasBackend::with_canvas_object(canvas.clone()).ok_or_else(no_context)?,
            pen: Rc::clone(pen),
            size: (width * UNIT, height * UNIT),
            svg,
        })
    }
}

impl Drop for Surface<'_> {
    fn drop(&mut self) {
        self.pen.finish_lines();
    }
}

fn no_context() -> JsValue {
    JsValue::from_str("this browser draws on no canvas")
}

impl Pen {
    /// # Errors
    /// When the browser gives no 2D context.
    pub(super) fn new(canvas: &HtmlCanvasElement) -> std::result::Result<Self, JsValue> {
        let context: CanvasRenderingContext2d = canvas
            .get_context("2d")?
            .ok_or_else(no_context)?
            .unchecked_into();
        context.set_line_join("round");
        Ok(Self {
            canvas: canvas.clone(),
            context,
            is_set: RefCell::default(),
            widths: RefCell::default(),
        })
    }

    fn outline(&self, points: impl IntoIterator<Item = (i32, i32)>) {
        self.finish_lines();
        self.context.begin_path();
        for (x, y) in points {
            // The first of a path is where it starts.
            self.context.line_to(x.into(), y.into());
        }
    }

    /// The area or the line of the current path.
    fn paint(&self, style: &impl BackendStyle, fill: bool) {
        if fill {
            self.set_fill(style.color());
            self.context.fill();
        } else {
            self.set_stroke((colour(style.color()), style.stroke_width()));
            self.context.stroke();
        }
    }

    /// A line, which is drawn once another thing than such a line follows.
    fn add_line(&self, path: impl IntoIterator<Item = (i32, i32)>, style: &impl BackendStyle) {
        let stroke = (colour(style.color()), style.stroke_width());
        let goes_on = {
            let set = self.is_set.borrow();
            set.has_lines && set.stroke == Some(stroke)
        };
        if !goes_on {
            self.finish_lines();
            self.set_stroke(stroke);
            self.context.begin_path();
            self.is_set.borrow_mut().has_lines = true;
        }
        let mut path = path.into_iter();
        if let Some((x, y)) = path.next() {
            self.context.move_to(x.into(), y.into());
        }
        for (x, y) in path {
            self.context.line_to(x.into(), y.into());
        }
    }

    fn finish_lines(&self) {
        if std::mem::take(&mut self.is_set.borrow_mut().has_lines) {
            self.context.stroke();
        }
    }

    fn set_fill(&self, color: BackendColor) {
        let set = &mut *self.is_set.borrow_mut();
        if set.fill != Some(colour(color)) {
            self.context.set_fill_style_str(&css(color));
            set.fill = Some(colour(color));
        }
    }

    fn set_stroke(&self, stroke: Stroke) {
        let set = &mut *self.is_set.borrow_mut();
        if set.stroke != Some(stroke) {
            let ((rgb, alpha), width) = stroke;
            self.context
                .set_stroke_style_str(&css(BackendColor { rgb, alpha }));
            self.context.set_line_width(width.into());
            set.stroke = Some(stroke);
        }
    }

    fn set_font(&self, style: &impl BackendTextStyle) {
        let font = font(style);
        let set = &mut *self.is_set.borrow_mut();
        if set.font != Some(font) {
            self.context.set_font(&format!(
                "{} {}px {}",
                style.style().as_str(),
                font.0,
                style.family().as_str()
            ));
            set.font = Some(font);
        }
    }

    fn set_anchor(&self, align: &'static str, baseline: &'static str) {
        let set = &mut *self.is_set.borrow_mut();
        if set.align != Some(align) {
            self.context.set_text_align(align);
            set.align = Some(align);
        }
        if set.baseline != Some(baseline) {
            self.context.set_text_baseline(baseline);
            set.baseline = Some(baseline);
        }
    }

    /// How wide a text is, in fine units.
    fn width(&self, text: &str, style: &impl BackendTextStyle) -> u32 {
        let font = font(style);
        let widths = &mut *self.widths.borrow_mut();
        let known = widths.iter().find(|it| it.0 == font && it.1 == text);
        if let Some((_, _, width)) = known {
            return *width;
        }
        self.set_font(style);
        let width = self
            .context
            .measure_text(text)
            .map_or(0.0, |metrics| metrics.width());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let width = width.ceil() as u32;
        if widths.len() == WIDTHS {
            widths.clear();
        }
        widths.push((font, text.to_owned(), width));
        width
    }
}

fn colour(color: BackendColor) -> Colour {
    (color.rgb, color.alpha)
}

fn font(style: &impl BackendTextStyle) -> Font {
    #[expect(clippy::cast_possible_truncation, reason = "whole fine units")]
    let size = style.size() as i32;
    (size, matches!(style.style(), FontStyle::Bold))
}

/// What can't fail, as what can.
fn certain(
    drawn: std::result::Result<(), DrawingErrorKind<std::convert::Infallible>>,
) -> Result<()> {
    debug_assert!(drawn.is_ok(), "writing a text does not fail");
    Ok(())
}

/// A colour as `#rrggbbaa`.
fn css(colour: BackendColor) -> String {
    let (red, green, blue) = colour.rgb;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 255, and the cast saturates"
    )]
    let alpha = (colour.alpha * 255.0).round() as u8;
    format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
}

impl DrawingBackend for Surface<'_> {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<()> {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Result<()> {
        self.backend.present()
    }

    fn draw_pixel(&mut self, point: (i32, i32), color: BackendColor) -> Result<()> {
        self.backend.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        style: &S,
    ) -> Result<()> {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): (i32, i32),
        (right, bottom): (i32, i32),
        style: &S,
        fill: bool,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_rect((left, top), (right, bottom), style, fill));
        }
        let pen = &self.pen;
        pen.outline([(left, top), (right, top), (right, bottom), (left, bottom)]);
        pen.context.close_path();
        pen.paint(style, fill);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_path(path, style));
        }
        self.pen.add_line(path, style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): (i32, i32),
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_circle((x, y), radius, style, fill));
        }
        let pen = &self.pen;
        pen.outline([]);
        // Only a negative radius is an error.
        let _ = pen.context.arc(x.into(), y.into(), radius.into(), 0.0, TAU);
        pen.paint(style, fill);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.fill_polygon(path, style));
        }
        self.pen.outline(path);
        self.pen.paint(style, true);
        Ok(())
    }

    /// Upright: no figure turns its text.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): (i32, i32),
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_text(text, style, (x, y)));
        }
        let pen = &self.pen;
        pen.finish_lines();
        let anchor = style.anchor();
        let align = match anchor.h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        };
        let baseline = match anchor.v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        };
        pen.set_anchor(align, baseline);
        pen.set_font(style);
        pen.set_fill(style.color());
        // Only a position that is no number is an error.
        let _ = pen.context.fill_text(text, x.into(), y.into());
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32)> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let height = style.size().ceil() as u32;
        Ok((self.pen.width(text, style), height))
    }
}
