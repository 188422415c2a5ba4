//! Reads and writes XML as AWS's services do: elements and text, no more.
//!
//! Attributes, comments and processing instructions are skipped, since no service here needs one.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// All elements at the end of a path of names, e.g. every `Route` for `["RouteUpdates", "Route"]`.
    pub(crate) fn all(&self, path: &[&str]) -> Vec<&Element> {
        let Some((last, way)) = path.split_last() else { return Vec::new() };
        let end = way.iter().try_fold(self, |element, name| element.child(name));
        end.map_or_else(Vec::new, |end| end.children.iter().filter(|child| child.name == *last).collect())
    }
}

/// The root of a document; `None` if the bytes are no document.
pub(crate) fn parse(bytes: &[u8]) -> Option<Element> {
    let mut rest = std::str::from_utf8(bytes).ok()?;
    // The first element is the document. The elements after it are open.
    let mut open = vec![Element::default()];
    while let Some((before, after)) = rest.split_once('<') {
        open.last_mut()?.text.push_str(&plain(before));
        let (tag, after) = after.split_once('>')?;
        rest = after;
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, name.trim())?;
            continue;
        }
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split_whitespace().next()?.to_owned();
        open.push(Element { name: name.clone(), ..Element::default() });
        if empty {
            close(&mut open, &name)?;
        }
    }
    let document = open.pop().filter(|_| open.is_empty())?;
    document.children.into_iter().next()
}

fn close(open: &mut Vec<Element>, name: &str) -> Option<()> {
    let closed = open.pop().filter(|element| element.name == name)?;
    open.last_mut()?.children.push(closed);
    Some(())
}

/// A text, escaped for the place between two tags.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&#xD;", "\r").replace("&#xA;", "\n").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_texts_are_read() {
        let document = "<?xml version=\"1.0\"?><A xmlns=\"x\"><B><C>1 &amp; 2</C><C/></B><D>&lt;</D></A>";
        let root = parse(document.as_bytes()).expect("a document");
        let texts: Vec<&str> = root.all(&["B", "C"]).iter().map(|it| it.text.as_str()).collect();
        assert_eq!((root.name.as_str(), texts, root.value("D")), ("A", vec!["1 & 2", ""], Some("<")));
    }

    #[test]
    fn what_is_no_document_is_none() {
        for broken in ["", "<A>", "<A></B>", "</A>", "<A"] {
            assert_eq!(parse(broken.as_bytes()), None, "{broken}");
        }
    }
}
