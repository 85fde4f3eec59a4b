//! Pod Security admission, exact to the text: levels, versions, labels, exemptions.
