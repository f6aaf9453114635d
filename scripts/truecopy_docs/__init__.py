"""truecopy-docs: from a captured documentation page to facts, and from facts to the proof that a spec agrees with the
page.

Modules, in the order in which data passes through them:

- ``page``      reads a capture (text, Markdown, HTML, archive) into numbered lines, without what is noise on every page
- ``loose``     reads JSON as it is printed on pages, damage included, and says what it had to repair
- ``facts``     the facts: one flat list of rows, written to and read from YAML
- ``families``  one extractor per family of pages, and the detection of the family
- ``spec``      an OpenAPI spec as a place where facts are looked up: pointers, schemas, public Python names
- ``check``     facts against specs, both ways
- ``diff``      facts against facts; ``breaking``: spec against spec; ``rules``: what is breaking, for both
- ``canonical``, ``variance``, ``security``  what ``breaking`` compares: one form of a spec, its schemas, its security
- ``draft``     a first spec from facts
"""
