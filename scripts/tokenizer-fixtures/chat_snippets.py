"""Small templates, one construct each, and the variables they see."""

VARIABLES = {
    "s": "  Hello World\n", "t": "naïve Straße 日本", "e": "", "n": None, "yes": True, "no": False, "i": 7, "f": 2.5, "z": 0,
    "l": [3, 1, 2], "w": ["b", "A", "c", "a"], "d": {"b": 1, "a": "x", "C": None}, "q": "it's \"quoted\"\\ <b> & \t\n",
    "m": [{"role": "user", "content": "hi", "k": {"n": 1}}, {"role": "assistant", "content": "yo"}, {"role": "user", "content": None}],
    "nested": {"list": [1, [2, {"x": [True, None, 1.5, "é"]}]], "empty": {}, "none": []}, "lines": "one\n two\n\nthree\n", "num": "12",
}

WHITESPACE = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "a\n  {% if yes %}\n  b\n  {% endif %}\nc", "a\n  {%+ if yes %}\n  b\n  {%+ endif +%}\nc", "a {% if yes %} b {% endif %} c",
    "a\n  {%- if yes -%}\n  b\n  {%- endif -%}\n  c", "a\n\n {{- i -}} \n\n b", "a {{+ i }} b", "  {{ i }}\n{{ i }}\n", "x\n{# comment #}\ny", "x\n  {# comment #}\n  y", "x {#- c -#} y",
    "x\n{#+ c +#}\ny", "{% raw %}{{ not }} {% a %}{% endraw %}", "a\n{% raw -%}\n  {{ x }}\n{%- endraw %}\nb", "a\r\nb\rc{% if yes %}\r\nd{% endif %}\r\n", "end\n\n", "{% if yes %}\n\n{% endif %}\n",
    "   {% set x = 1 %}\n   {{ x }}", "{% for a in l %}\n{{ a }}\n{% endfor %}\n", "{% for a in l -%}\n{{ a }}\n{%- endfor %}", "\t{% if yes %}\tq{% endif %}", "{{ i }}\n  {% if yes %}z{% endif %}", "{#-#}a", "a\u00a0\n\u00a0{% if yes %}b{% endif %}",
    "{{- i }}\n{%- if yes %}\n x\n{%- endif %}", "{{ i -}}\n   {% if yes %}b{% endif %}", "{%if yes%}a{%endif%}{{i}}", "{{ {'a': {'b': 1}} }}", "{{ '}}' }}{{ \"%}\" }}", "a{##}b",
]
FALSY_SEQUENCES = [
    "{{ n | selectattr('a') | list }}", "{{ n | rejectattr('a', 'equalto', 1) | list | length }}", "{{ missing | select | list }}", "{{ n | map(attribute='a') | list }}",
    "{{ missing | map('upper') | join(',') }}", "{{ e | reject('none') | list }}", "{{ no | select | list }}", "{{ n | list }}", "{{ i | select | list }}", "{{ 'a' | safe ~ '<' }}", "{{ d | tojson | safe }}",
]
LITERALS = [
    r"{{ 'a\nb\t\'\"\\\x41\u00e9\U0001F600\101\q' }}", "{{ 'a' \"b\" 'c' }}", "{{ 1_000 }} {{ 1.5e3 }} {{ 2e-7 }} {{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 123456.789 }} {{ 1.0 }}", "{{ true }} {{ True }} {{ false }} {{ none }} {{ None }}",
    "{{ [1, 'a', none, [2.0]] }} {{ (1, 2) }} {{ (1,) }} {{ () }} {{ {'k': 'v', 1: true} }} {{ [] }} {{ {} }}", "{{ nested }}", "{{ q }} {{ [q] }}", "{{ ['\\x00\\x7f\\u200b é \\U0001F600', \"a'b\", 'a\"b', 'a\\'\"b'] }}", "{{ 1, 2 }}", "{{ [1, 2,] }} {{ {'a': 1,} }}",
    "{{ l.0 }} {{ nested.list.1.1.x.3 }}",
]
OPERATORS = [
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 4 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}", "{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ -2 ** 2 }} {{ 2 * 'ab' }} {{ [1] * 3 }} {{ [1] + [2] }} {{ 'a' + 'b' }}",
    "{{ 1 ~ 'a' ~ none ~ 2.5 ~ true }} {{ 'x' + 2 ~ 3 }}", "{{ 1 + 2 ~ 3 }}", "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ [1, 2] < [1, 3] }} {{ none == none }} {{ l == [3, 1, 2] }} {{ d == {'a': 'x', 'C': none, 'b': 1} }}",
    "{{ 'lo' in s }} {{ 3 in l }} {{ 'a' in d }} {{ 'x' not in d }} {{ not 3 in l }} {{ 'a' in undefinedname }}", "{{ yes and no or 'x' }} {{ e or 'default' }} {{ not e }} {{ yes and 5 }} {{ no or none }} {{ not yes or yes }}", "{{ 'a' if yes else 'b' }} {{ 'a' if no }}|{{ 'a' if no else 'b' if no else 'c' }}",
    "{{ -i }} {{ +i }} {{ --i }} {{ not not i }} {{ -f }} {{ -true }}", "{{ 3 - -2 }} {{ -1|abs }} {{ (-1)|abs }} {{ 1 - 2 - 3 }} {{ 2 ** 3 ** 2 }} {{ 100 // 7 // 2 }}", "{{ 1 is odd and 2 is even }} {{ 'x' ~ 'y' is string }} {{ i + 1 is odd }}", "{{ 0.1 + 0.2 }} {{ 1 / 3 }} {{ 1e300 * 1e10 }} {{ 5 / 2 * 2 }}",
]
LOOKUPS = [
    "{{ d.a }} {{ d['a'] }} {{ d.missing }}| {{ d['missing'] is defined }} {{ m[0].role }} {{ m[-1].role }} {{ m[9] is defined }} {{ m[0]['k'].n }}", "{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[5:] }} {{ l[-2:] }} {{ l[0:2:1] }}", "{{ t[0] }} {{ t[2] }} {{ t[-2:] }} {{ t[::-1] }} {{ t[3:7] }} {{ t[100:] }}|",
    "{{ d.items()|list }} {{ d.keys()|list }} {{ d.values()|list }} {{ d.get('a') }} {{ d.get('zz') }} {{ d.get('zz', 5) }} {{ d['items'] is callable }}", "{{ undefinedname }}|{{ undefinedname is undefined }}|{{ d.x is not defined }}", "{{ s.foo is defined }} {{ s.strip is defined }}", "{{ m | length }} {{ t|length }} {{ d|length }} {{ undefinedname|length }} {{ e|count }}",
]
STATEMENTS = [
    "{% if no %}a{% elif yes %}b{% else %}c{% endif %}", "{% if n %}a{% elif z %}b{% else %}c{% endif %}", "{% for x in l %}{{ loop.index }}/{{ loop.length }}:{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "{% for x in [] %}a{% else %}none{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for x in l if x > 1 %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ x }} {% endfor %}", "{% for x in l if x > 5 %}a{% else %}b{% endfor %}", "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in 'abc' %}{{ x }}-{% endfor %}", "{% for x in d %}{{ x }}{% endfor %}", "{% for x in undefinedname %}a{% else %}b{% endfor %}", "{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}", "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}", "{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{{ loop.cycle('a', 'b') }} {% endfor %}",
    "{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}", "{% set x = 1 %}{% for y in l %}{% set x = y %}{{ x }}{% endfor %}{{ x }}", "{% set ns = namespace(a=1, b='x') %}{% for y in l %}{% set ns.a = ns.a + y %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}",
    "{% set x %}in {{ i }}\n{% endset %}[{{ x }}]", "{% set x | trim | upper %}  in {{ i }}  {% endset %}[{{ x }}]", "{% if yes %}{% set x = 5 %}{% endif %}{{ x }}", "{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, 3) }} {{ f(1, c='z') }} {{ f(a=9) }} {{ f() }}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% set o = 'out' %}{% macro f() %}{{ o }}{% set o = 'in' %}{% endmacro %}{{ f() }}{{ o }}", "{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}", "{% generation %}{{ i }}{% endgeneration %}", "{% for x in range(3) %}{{ x }}{% endfor %}{% for x in range(2, 8, 3) %}{{ x }}{% endfor %}{{ range(3, 0, -1) | list }}", "{{ dict(a=1, b='x') }}", "{{ strftime_now('%d %b %Y %H:%M %A %j') }}|{{ strftime_now('') }}",
    "{% for m1 in m if m1.content %}{{ m1.content }}{% endfor %}", "{% for (a, b) in d.items() %}{{ a }}{% endfor %}", "{% set x = none %}{% if x is none %}n{% endif %}", "{% set ns = namespace() %}{% set ns.found = false %}{% for x in m %}{% if x.role == 'assistant' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}",
]
FILTERS = [
    "[{{ s|trim }}] [{{ 'xxaxx'|trim('x') }}] [{{ s.strip() }}] [{{ s.lstrip() }}] [{{ s.rstrip() }}] [{{ 'xyx'.strip('x') }}] [{{ '\\u00a0a\\u2003'|trim }}]", "{{ t|upper }} {{ t|lower }} {{ t|capitalize }} {{ t|title }} {{ 'o\\'neil x-y (ab [CD <e'|title }} {{ t.upper() }} {{ t.title() }}", "{{ l|join }} {{ l|join(', ') }} {{ m|join('+', attribute='role') }} {{ 'abc'|join('-') }}",
    "{{ l|first }} {{ l|last }} {{ []|first is defined }} {{ 'abc'|last }}", "{{ e|default('x') }}|{{ e|default('x', true) }}|{{ undefinedname|default('y') }}|{{ n|d('z', boolean=true) }}|{{ undefinedname|default }}", "{{ nested|tojson }} {{ t|tojson }} {{ q|tojson }} {{ 1.0|tojson }} {{ none|tojson }} {{ (1, 2)|tojson }}", "{{ nested|tojson(indent=2) }}", "{{ d|tojson(sort_keys=true) }} {{ d|tojson(indent=none) }} {{ []|tojson(indent=4) }}",
    "{{ m|map(attribute='role')|list }} {{ w|map('upper')|list }} {{ m[:1]|map(attribute='k.n')|list }} {{ w|map('replace', 'a', 'Z')|join }} {{ m|map(attribute='x', default='none')|list }}", "{{ m|selectattr('role', 'equalto', 'user')|list|length }} {{ m|selectattr('content')|list|length }} {{ m|rejectattr('content', 'none')|map(attribute='content')|list }} {{ m|selectattr('k', 'defined')|list|length }}",
    "{{ l|select('odd')|list }} {{ l|reject('equalto', 1)|list }} {{ l|select|list }} {{ l|select('>', 1)|list }} {{ w|select('in', ['a', 'b'])|list }}", "{{ d|items|list }} {{ undefinedname|items|list }}", "{{ 5|string ~ 'x' }} {{ 'abc'|list }} {{ d|list }}", "{{ 'aXbXc'|replace('X', '-') }} {{ 'aXbXc'|replace('X', '-', 1) }} {{ 'abc'.replace('', '.') }} {{ 'aaa'.replace('a', 'b', 2) }}", "{{ '<b>'|safe }} {{ '<b>&\"\\''|e }}",
    "[{{ lines|indent }}] [{{ lines|indent(2, true) }}] [{{ lines|indent(width=1, first=true, blank=true) }}] [{{ lines|indent('> ') }}] [{{ ''|indent }}]", "{{ num|int + 1 }} {{ '3.7'|int }} {{ 'x'|int }} {{ 'x'|int(5) }} {{ 3.9|int }} {{ '2.5'|float }} {{ 'x'|float }} {{ ' 8 '|int }} {{ true|int }}", "{{ l|sort }} {{ w|sort }} {{ w|sort(case_sensitive=true) }} {{ l|sort(reverse=true) }} {{ m|sort(attribute='role')|map(attribute='content')|list }}",
    "{{ l|reverse|list }} {{ 'abc'|reverse }} {{ w|unique|list }} {{ l|sum }} {{ l|min }} {{ l|max }} {{ w|max }} {{ [1.5, 2]|sum }} {{ m[:1]|map(attribute='k')|sum(attribute='n') }}", "{{ 2.567|round(2) }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.1|round(method='ceil') }} {{ 7|abs }} {{ -2.5|abs }}", "{{ d|dictsort }} {{ {'b': 1, 'a': 2}|dictsort(by='value') }}",
]
METHODS = [
    "{{ 'a,b,,c'.split(',') }} {{ '  a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c '.split(none, 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a  b c '.rsplit(maxsplit=1) }} {{ ''.split() }} {{ ''.split(',') }}", "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.startswith('') }} {{ t.endswith('本') }}", "{{ 'abcabc'.find('c') }} {{ 'abc'.find('x') }} {{ 'abcabc'.rfind('c') }} {{ 'aXaXa'.count('a') }} {{ t.find('日') }}",
    "{{ ', '.join(['a', 'b']) }} {{ lines.splitlines() }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }}", "{{ l.index(1) }} {{ [1, 1, 2].count(1) }} {{ '12'.isdigit() }} {{ ' \\n'.isspace() }} {{ ''.isdigit() }}", "{{ 'abc'.capitalize() }} {{ 'ABC def'.lower() }} {{ m[0].content.upper() }}",
    "{{ 'x</think>y'.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') }} {{ 'x</think>y'.split('</think>')[-1] }}",
]
TESTS = [
    "{{ n is none }} {{ e is none }} {{ s is string }} {{ d is mapping }} {{ l is mapping }} {{ l is iterable }} {{ s is iterable }} {{ i is iterable }} {{ undefinedname is iterable }} {{ l is sequence }} {{ d is sequence }} {{ i is sequence }}", "{{ i is number }} {{ true is number }} {{ true is integer }} {{ 1 is integer }} {{ 1.0 is float }} {{ yes is boolean }} {{ yes is true }} {{ 1 is true }} {{ no is false }} {{ none is false }}",
    "{{ 4 is divisibleby 2 }} {{ 4 is divisibleby(3) }} {{ 'a' is eq 'a' }} {{ 1 is ne 2 }} {{ 1 is lt 2 }} {{ 3 is ge 3 }} {{ 'a' is in ['a'] }} {{ 'ABC' is upper }} {{ 'abc' is lower }} {{ none is sameas none }} {{ 1 is sameas true }}", "{{ x is not defined }} {{ i is not none and i is not string }} {{ not x is defined }} {{ d.a is defined and d.a is string }}", "{{ namespace is callable }} {{ i is callable }} {{ m[0] is mapping and m[0].content is not none }}",
]
ERRORS = [
    "{{ undefinedname.x }}", "{{ undefinedname + 'a' }}", "{{ d.missing.deeper }}", "{{ 'a' + 1 }}", "{{ 1 + none }}", "{{ raise_exception('no ' ~ i) }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ undefinedname() }}", "{{ s.nosuch() }}", "{{ i|length }}", "{{ l[::0] }}", "{% for x in i %}{% endfor %}", "{% for x in none %}{% endfor %}", "{% set i.x = 1 %}", "{{ 1 < 'a' }}", "{{ undefinedname < 1 }}",
    "{{ 'a' in 5 }}", "{{ 3|items|list }}", "{{ none|items|list }}", "{{ m|map(attribute='k.n')|list }}", "{{ range(200000) }}", "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(b=1) }}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{{ [1, 2].append(3) }}", "{{ ', '.join([1]) }}", "{{ 'a'.split('') }}", "{% if yes %}a", "{% endif %}", "{{ 1", "{{ 1 + }}", "{% if %}{% endif %}", "{{ 'a }}", "{% for in l %}{% endfor %}", "{{ a b }}",
    "{{ (1 }}", "{{ [1 }}", "{# open", "{% raw %}a", "{{ l in d }}", "{% unknown %}", "{{ x|nosuchfilter }}", "{{ x is nosuchtest }}", "{% break %}", "{{ 1 is divisibleby }}", "{% set x %}a", "{% else %}", "{{ }}", "{{ d. }}", "{{ l[ }}", "{% for x in l %}{% else %}", "{% macro f( %}{% endmacro %}", "{{ 'a' 5 }}", "{{ % }}", "{{ a ! b }}",
]

SNIPPETS = WHITESPACE + LITERALS + FALSY_SEQUENCES + OPERATORS + LOOKUPS + STATEMENTS + FILTERS + METHODS + TESTS + ERRORS
