#include "id.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uuid/uuid.h>

static const char *const predicates[] = {
    "able",    "agile",   "airy",    "amber",    "ample",    "apt",      "ardent",    "artful",
    "autumn",  "azure",   "balmy",   "bold",     "brave",    "breezy",   "bright",    "brisk",
    "calm",    "candid",  "careful", "cheery",   "chilly",   "civil",    "clear",     "clever",
    "cloudy",  "clumsy",  "cobalt",  "cosy",     "crimson",  "crisp",    "curious",   "dapper",
    "daring",  "deft",    "dewy",    "diligent", "distant",  "dreamy",   "eager",     "early",
    "earnest", "elated",  "elegant", "faint",    "fair",     "fancy",    "fearless",  "festive",
    "fierce",  "fleet",   "fluent",  "fond",     "frank",    "fresh",    "frosty",    "gentle",
    "gifted",  "glad",    "glossy",  "golden",   "graceful", "grand",    "happy",     "hardy",
    "hasty",   "hazel",   "hearty",  "honest",   "humble",   "icy",      "idle",      "jaunty",
    "jolly",   "jovial",  "keen",    "kind",     "languid",  "lavish",   "learned",   "light",
    "lilac",   "lively",  "lofty",   "loyal",    "lucid",    "lucky",    "lunar",     "mellow",
    "merry",   "mighty",  "mild",    "misty",    "modest",   "mossy",    "nimble",    "noble",
    "novel",   "olive",   "orderly", "patient",  "peppy",    "placid",   "plucky",    "polite",
    "prime",   "proud",   "prudent", "quaint",   "quick",    "quiet",    "rapid",     "ready",
    "restful", "robust",  "rosy",    "rustic",   "scarlet",  "secret",   "serene",    "shiny",
    "silent",  "silver",  "sincere", "sleek",    "smooth",   "snowy",    "sober",     "solar",
    "spry",    "stable",  "starry",  "steady",   "stoic",    "sturdy",   "subtle",    "sunny",
    "swift",   "tawny",   "tender",  "thrifty",  "tidal",    "tidy",     "tranquil",  "trusty",
    "upbeat",  "valiant", "velvet",  "vivid",    "warm",     "wary",     "whimsical", "windy",
    "wintry",  "wise",    "witty",   "woolly",   "worthy",   "youthful", "zealous",   "zesty",
};

static const char *const nouns[] = {
    "alder",   "alpaca",  "anchor",   "aspen",    "badger",  "bamboo",  "basil",   "beacon",
    "beaver",  "birch",   "bison",    "bittern",  "boulder", "bramble", "brook",   "bunting",
    "cairn",   "canyon",  "cedar",    "cicada",   "cliff",   "clover",  "comet",   "condor",
    "coral",   "cove",    "crane",    "creek",    "cricket", "curlew",  "cypress", "dingo",
    "dolphin", "dove",    "dune",     "eagle",    "egret",   "elm",     "ermine",  "falcon",
    "fennel",  "fern",    "finch",    "fjord",    "forest",  "fox",     "gannet",  "gecko",
    "glacier", "glade",   "grouse",   "grove",    "gull",    "harbour", "hare",    "hawk",
    "heath",   "heron",   "hornbill", "ibex",     "ibis",    "island",  "ivy",     "jackal",
    "jay",     "juniper", "kestrel",  "lagoon",   "lark",    "larch",   "lemur",   "lichen",
    "linden",  "linnet",  "llama",    "lynx",     "magpie",  "mantis",  "maple",   "marlin",
    "marmot",  "marten",  "meadow",   "mesa",     "moor",    "moth",    "newt",    "oak",
    "orca",    "osprey",  "otter",    "owl",      "panther", "pebble",  "pelican", "perch",
    "petrel",  "pine",    "plover",   "pond",     "poplar",  "puffin",  "quail",   "rain",
    "raven",   "reef",    "ridge",    "river",    "robin",   "rowan",   "sable",   "salmon",
    "seal",    "shore",   "shrike",   "sorrel",   "sparrow", "spruce",  "squid",   "starling",
    "steed",   "stoat",   "stork",    "sturgeon", "summit",  "swan",    "swift",   "tapir",
    "teal",    "tern",    "thistle",  "thrush",   "tiger",   "trout",   "tundra",  "turtle",
    "vale",    "viper",   "vole",     "walnut",   "walrus",  "warbler", "weasel",  "whale",
    "willow",  "wombat",  "wren",     "yak",      "yew",     "zebra",
};

const char *id_hex(struct arena *mem)
{
    char *hex = arena_alloc(mem, 33);
    uuid_t id;

    uuid_generate_random(id);
    for (size_t i = 0; i < sizeof(id); i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", id[i]);
    return hex;
}

const char *id_secret(struct arena *mem)
{
    unsigned char bits[16];
    char *hex = arena_alloc(mem, 2 * sizeof(bits) + 1);

    if (getrandom(bits, sizeof(bits), 0) != sizeof(bits))
        abort(); /* a kernel that has none: nothing may be guessed instead */
    for (size_t i = 0; i < sizeof(bits); i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bits[i]);
    return hex;
}

const char *id_name(struct arena *mem)
{
    enum {
        LONGEST = 20,
        TRIES = 10
    };
    const char *name = "";

    for (int i = 0; i < TRIES; i++) {
        uint32_t dice[3];

        if (getrandom(dice, sizeof(dice), 0) != sizeof(dice))
            dice[0] = dice[1] = dice[2] = (uint32_t)random();
        name = arena_printf(mem, "%s-%s-%u",
                            predicates[dice[0] % (sizeof(predicates) / sizeof(*predicates))],
                            nouns[dice[1] % (sizeof(nouns) / sizeof(*nouns))], dice[2] % 1001);
        if (strlen(name) <= LONGEST)
            return name;
    }
    return arena_strndup(mem, name, LONGEST);
}
