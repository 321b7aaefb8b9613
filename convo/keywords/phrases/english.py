"""What people text in English to be left alone."""

from convo.keywords.phrases import english_manners as manners
from convo.keywords.phrases.grammar import Grammar

ENGLISH = Grammar(
    language="en",
    apostrophe="",
    fragments={
        "strong": r"""
            fucking|fkn|fking|effing|freaking|frickin|fing|ing|goddamn|damn|bloody|all of|all|constantly
            |always|ever|even|just|please|pls|plz|right now|immediately|both
        """,
        "halt": r"""
            stop+|stp|stoo+p|stahp|stawp|stopping|quit|cease|end|halt|discontinue|avoid|refrain from
            |knock off|cut out|desist from|give up|sick of you
        """,
        "cease": r"{halt}|no more",
        "number": r"""
            (?:this|that|my|our|the|his|her|their)(?: cell| mobile| phone| personal| home| work| wifes
            | husbands
            | moms| sons| daughters)*(?: phone)? (?:number|phone|cell|mobile|line|no|num|telephone
            |device)
        """,
        "old": r"(?:my|our|the|this|that) old (?:cell |mobile |phone |work )?(?:number|phone|cell|line)",
        "us": r"me+|us|him|her|them|my family|(?:to )?(?:{number}|{old})|here",
        "me": r"""
            {us}|my (?:wife|husband|mom|mother|dad|father|son|daughter|kids?|child
            |children|partner|parents?)
        """,
        "texting": r"""
            (?:text|txt|messag|mesag|messeg|messg|msg|sms|contact|notify|spam|spamm|pester|harass|haras
            |bother|bug|bugg|annoy|hound|bombard|disturb|badger|blast|solicit|advertis|market|phon
            |ring)(?:ing|in|n|e)(?: to)?|reaching out to|texing|testing me|hitting me up
        """,
        "text": r"""
            text|txt|tex|message|messege|msg|mesage|sms|contact|notify|spam|pester|harass|bother|bug
            |annoy|disturb|reach out to|write to|hit up|solicit
        """,
        "or": r"(?: (?:or|and|nor)|,)",
        "reach": r"""
            (?:(?:call|email|phone)(?: me| us)?{or} )*{text}(?:(?: me| us)?{or} (?:call|email|phone
            |{text}))*
        """,
        "send": r"sending|sendin|sendng|send",
        "whose": r"""
            all|any|the|these|thes|this|those|that|your|ur|my|you|more|anymore|further|future|additional
            |other|such|of|unwanted|unsolicited|stupid|damn|dumb|annoying|constant
            |endless|random|fucking|freaking|automated|automatic|robo|sms|text|phone|cell|marketing
            |promotional|promo|political|campaign|spam|junk|daily|weekly|appointments?|appts?|visits?
            |dental|reminder|group|crap|ridiculous
            |irritating|me
        """,
        "texts": r"""
            texts?|txts?|tx|texting|messages?|mesages?|messeges?|messges?|messaging|msgs?|mssgs?|sms
            |text ?messag(?:es?|ing)|spam|textmsgs?
        """,
        "things": r"""
            (?:{whose} )*(?:{texts}|alerts?|notifications?|notifs?|reminders?|updates?|promos?
            |promotions?|ads|advertisements?|solicitations?|communications?|communication|contact
            |blasts?|nonsense|bullshit|crap|junk|garbage)
        """,
        "several": r"""
            (?:{whose} )*(?:{texts}|(?:{texts} )?(?:alerts|notifications|notifs|reminders|updates|promos
            |promotions|ads|advertisements|solicitations|communications?|contact|blasts
            |nonsense|bullshit|crap|junk|garbage)
            |{texts} (?:alert|notification|reminder|update))
        """,
        "somewhere": r"""
            from (?:you|u|your (?:company|business|office|clinic|practice|store|shop|team|organization
            |organisation|church|school|campaign|party|side|end)|this company|yall|this number|you guys
            |you people|this business
            |anyone there)|(?:to|on|at|for) (?:{number}|{old})|to me|at all|here|from here|from now on
            |going forward|moving forward|in (?:the )?future|ever again|with (?:me|us)
        """,
        "unsubscribe": r"""
            un ?sub|un ?su[bs]?s?c[ir]{{1,2}}b?e?|un ?subscribe|unsubscribed|unsubscibe|unsubscrbe
            |unsubsribe|unsubscirbe|unsbscribe|unscribe|unsubsrcibe|unsubcscribe|unsubscribing
            |desubscribe
        """,
        "list": r"""
            (?:(?:your|ur|you|this|that|the|these|those|all|any|every|each|of|all of|thes|whatever
            |a) )*(?:(?:call|calling|text|texts|texting|txt|sms|contact|contacts|mail|mailing|message
            |messages|messaging|marketing|distribution|notification|phone|spam|broadcast|group|reminder
            |alert|solicitation|stupid|damn|fucking|whole|entire|other) )*(?:lists?|data ?bases?
            |systems?|contacts?|contact info|records|directory|rolls?|roster|crm|files|phone ?book
            |{texts}|text thread|thread|group text|group chat|program|messaging program|alerts
            |notifications|mailings?|campaigns?|service)
        """,
        "out": r"(?:off|out)(?: of)?|from|of|off from",
    },
    anywhere={
        "texting": r"""
            {cease} (?:{strong} )*(?:calling (?:and
            |or) )?{texting}(?: {strong})* {me}(?: with {things})?(?: any ?more| again
            | please)*
        """,
        "sending": r"""
            {cease} (?:with )?(?:{strong} )*{send}(?: out)?(?: to)?(?: {me})*(?: {strong})* (?:{things}
            |these|thes|this|those|this (?:crap|shit|stuff)|anything|stuff)(?: any ?more| {somewhere})*
        """,
        "want-no-texts": r"""
            (?:want|need|wanna receive|wish to receive|like) no (?:more |further )?{things}|(?:want
            |wish) (?:all )?(?:{things}|these|this|it) to (?:stop|end)
        """,
        "use": r"""
            (?:do not|dont|never|stop|quit) (?:ever )?(?:use|using|contact|contacting|text
            |texting) (?:{number}|it)(?: any ?more| again| ever)+|(?:stop|quit) using {number}
        """,
        "unwanted": r"""
            (?:getting|receiving|get|receive) {things}(?: \w+){{0,4}} (?:do not|dont|never) want (?:them
            |it|these|any)
        """,
        "asked": r"""
            (?:ask|asked|asking|request|requested|told you|want|wanted|wish|like|need|demand) (?:to be
            |be) (?:removed|taken off|unsubscribed|opted out)(?: from {list}| from (?:this|these
            |here))?(?: (?:last|a|two|three|so|many|and|several|multiple|already|before|twice|months
            |weeks|days|\d+|but|yesterday|immediately|please|now)\b|$)
        """,
        "receiving": r"""
            stop (?:getting|receiving|recieving|receving|gettin) (?:{things}|these|this|those|anything)
        """,
        "do-not-text": r"""
            (?:do not|dont|dnt|do nt|never) (?:ever |even )?(?:{reach}|call)(?: {me})?(?: (?:or
            |and) my \w+)? (?:any ?more|again|ever again|ever|no more
            |further)
        """,
        "list": r"""
            (?:remove|take|delete|drop|erase|strike|scratch|cross|get|scrub|purge|wipe|cut|kick|keep
            |have|rwmove|remve|unlist|block)(?: (?:me|us|it|them|him|her|my info|my name|my information
            |my contact|{number}|{old}))?(?: please| pls)? {out} {list}
        """,
        "off-list": r"""
            (?:want|like to be|need to be|be|get|getting|me|us|number
            |it) (?:taken |removed |deleted )?(?:off|out)(?: of)? {list}
        """,
        "do-not-list": r"""
            (?:put|add|place|include)(?: {me})?(?: \w+)? (?:on|to|in|onto
            |into) (?:your |the |a |ur )?(?:dnc|do not (?:call|text|contact|disturb|message)
            |dont (?:call|text|contact)|no (?:call|contact|text))
        """,
        "alone": r"""
            leave (?:me|us|my family|my \w+ and (?:me|i))(?: and (?:my )?\w+){{0,2}}(?: (?:the|tf
            |the fuck
            |the hell|fucking))*(?: fuck| hell)? (?:alone|be)(?: with {things})?
        """,
        "lose-number": r"""
            (?:lose|loose|forget|delete|erase|trash|scrub|block) (?:my|this) (?:phone |cell )?number
        """,
        "do-not-want": r"""
            (?:do not|dont|dnt|no longer|never|not)(?: really)? (?:want|wanna|wish|care|like
            |desire)(?: to| you to)? (?:be (?:texted|contacted|messaged|bothered|disturbed|notified
            |spammed)|(?:get|receive|recieve|keep getting|keep receiving|be getting|be receiving
            |continue receiving|have) {things}|hear from (?:you|u|yall|this|them)|(?:any|any ?more
            |these|those
            |ur|your|the)(?: more| {whose})* (?:{texts}|notifications?))
        """,
        "consent": r"""
            (?:revok(?:e|ing)|withdraw(?:ing)?|rescind(?:ing)?
            |retract(?:ing)?) (?:my |any |all |prior |previous |express |all my )*(?:consent|permission
            |authorization|opt ?in)
        """,
        "no-consent": r"""
            (?:(?:you|u|yall|they|i|we) )?(?:do not|dont|no longer|never) (?:have|had|gave|give|given
            |got)(?: you| u)?(?: my| any| the| no)*(?: prior)? (?:permission|consent
            |authorization)(?: to)? (?:text|contact|message|call|send|use)|(?:do not|dont|did not|didnt
            |never|no longer) (?:consent|agree|agreed|consented|authorize|authorized) (?:to
            |you to)(?: be| being| get| getting| receive| receiving)* (?:{things}|texted|contacted
            |(?:text|texting|send|sending|contact|contacting) me)
        """,
        "phone": r"""
            (?:stop|quit) (?:(?:blow(?:ing|in)|hitting|lighting) (?:up {number}|{number} up)
            |wasting my time)|get {number} (?:off|out)(?: of)? {list}
        """,
        "or-else": r"""
            ^(?:please |just |now )*stop(?: this| it| now)? (?:or|before|otherwise) (?:i|ill|im|we|my
            |else)
        """,
        "threat": r"""
            (?:(?:a|my|the|our) )?(?:lawyer|attorney|report you|sue you|sue|police|fcc|ftc|complaint
            |block you|blocking you)
            (?: \w+){{0,3}} if (?:you|u|yall|i) (?:{text}|get|send|receive)(?: {me})?(?: {things})?
            (?: again| any ?more| one more time| ever)+|if (?:you|u|yall) (?:ever )?(?:{text}
            |send)(?: {me})?
            (?: {things})?(?: again| any ?more| one more time| ever)+(?: \w+){{0,5}} (?:lawyer|attorney
            |report|sue|police|fcc|ftc|complaint|block)
        """,
    },
    alone={
        "texting": r"""
            {cease} (?:{strong} )*(?:{texting}|calling or texting|texting or calling
            |{text} me)(?: and (?:calling|texting))?(?: {me})?
        """,
        "calling": r"{cease} (?:{strong} )*calling(?: {us})?(?: and texting)?",
        "sending": r"{cease} (?:{strong} )*{send}(?: {me})?(?: it| that)?",
        "the-texts": r"""
            (?:{halt}|enough (?:with|of)|enough|unsubscribe (?:me )?from|opt ?out of
            |opt me out of|i am done with|im done with
            |done with) (?:it )?(?:with |w )?{things}(?: subscriptions?| service
            | program)?(?: {somewhere}| to {me}| and calls)*|(?:turn|switch|shut) {several} off
            |(?:cancel|disable|deactivate|kill|turn off|switch off|shut off|suspend|terminate
            |mute) {several}(?: {somewhere})*
            |(?:cancel|suspend|terminate) (?:my |the |this )?{things} (?:subscriptions?|service|program)
            |(?:cancel|end|stop|terminate) (?:my|our|the|this) (?:subscription|sub|enrollment) (?:to
            |for) {things}
        """,
        "no-more": r"""
            (?:no (?:more|further|additional)|not (?:another|one more)) {things}(?: {somewhere}
            | (?:right )?now)*
        """,
        "these": r"""
            (?:stop|quit) (?:(?:these|thes|this|this (?:shit|crap|nonsense|harassment|spam|stuff)|all
            |everything|all of (?:it|this|these)|all (?:contact|communications?))(?: {somewhere})*
            |{somewhere})|no more of (?:these|those|this|it)(?: {somewhere})*
        """,
        "unsubscribe": r"""
            {unsubscribe}(?: {us}| {me} from (?:these|this)(?: {texts})?)?(?: (?:from|to|of
            |off)(?: {list}| {things}| this| these| all
            | everything| here| you| it| yall)| all)?
        """,
        "opt-out": r"""
            (?:opt(?:ing|ed)?|op|opted) ?(?:{me} )?out(?: {me})?(?: (?:of|from)(?: {list}| {things}
            | this| these| all| everything| it))?|optout {me}|want out|(?:remove|cancel) (?:my )?opt ?in
        """,
        "remove": r"""
            (?:remove|delete|erase|scrub|rwmove|remve|purge|unlist|unenroll|deregister) (?:me|us
            |(?:me and )?{number}|my info|my information|my contact(?: info)?|my name)(?: (?:now|please
            |from (?:this|everything|here|it|all)))?
        """,
        "please-remove": r"""
            (?:please|pls|plz|kindly) (?:remove|take (?:me )?off|delete)|remove (?:please|pls|plz)
        """,
        "take-off": r"""
            take (?:me|us|{number}) off(?: (?:this|everything|of this|of here|of it))?
            |get me off(?: this)?
        """,
        "be-removed": r"""
            (?:be|get|getting|to be) (?:removed|taken off|unsubscribed|opted out|deleted
            |left alone)(?: {out} (?:{list}|this|everything|it))?
        """,
        "do-not-text": r"""
            (?:do not|dont|dnt|never|stop|no longer|please no)(?: ever
            | even)* {reach}(?: {us})?(?: (?:or|and) my \w+)?(?: {somewhere})*|(?:please|kindly|rather
            |prefer
            |(?:can|could|would)(?: you| u)(?: all| guys| just| please)*|(?:ask|asked|asking|told|like
            |want|wish|need|prefer)(?: that)? (?:you|u|yall)(?: to)?) not (?:{reach} {us}
            |send {us} {things})
            (?: {somewhere})*
        """,
        "do-not-send": r"""
            (?:do not|dont|dnt|never) (?:ever )?send (?:(?:{me} )?{things}|me (?:these|anything
            |any ?more|no more|stuff)|(?:me )?any more of (?:these|those|this|it))(?: {somewhere}| else
            | {me}| ever| again| any ?more)*
        """,
        "do-not-want": r"""
            (?:do not|dont|dnt|no longer) (?:want|wish|care|wanna)(?: to)? (?:get|receive|keep getting
            |keep receiving) (?:these|any ?more|anything(?: else)? from (?:you|u))(?: any ?more)?
        """,
        "make-it-stop": r"""
            make (?:these|them|{things}) (?:stop|end)|get (?:these|them|{things}) to (?:stop
            |end)
        """,
        "rather-not": r"""
            (?:(?:i|we|id|i would|i d) )?(?:would )?(?:rather|prefer|prefer to
            |like to) not (?:to )?(?:get|receive|be getting|be receiving|have) {things}(?: {somewhere})*
            |(?:rather|prefer to|prefer) not be (?:texted|contacted|messaged)
        """,
        "be-on-list": r"""
            (?:do not|dont|no longer)(?: want| wish| care| need)?(?: to)? (?:be|be listed|stay) (?:on
            |in) {list}
        """,
        "told": r"""
            (?:you |u |yall )?(?:(?:have |ve )?been |were )(?:asked|told
            |warned) (?:\w+ times |already |repeatedly |before )*to stop|how do i block {things}
            |stop {things} from (?:coming|being sent)
        """,
        "do-not-want-texts": r"""
            (?:do not|dont|dnt|no longer|never) (?:want|need|care for|like)(?: (?:any|these|your|ur|the
            |more))* (?:texts|txts|text messages|messages|msgs|sms|text alerts|notifications|reminders
            |spam)(?: {somewhere})*
        """,
        "solicit": r"""
            no (?:soliciting|solicitors?|solicitations?)|stop (?:soliciting|advertising|spamming
            |reaching out|contacting)
        """,
        "no-longer-need": r"""
            (?:do not|dont|no longer) need (?:(?:any ?more|these|those|your|any) ){{1,2}}{things}
        """,
        "not-interested": r"""
            (?:not|no longer|never) interested in (?:(?:receiving|getting|reading) )?(?:these|your|any
            |more|further|this|all|such|{whose})(?: {whose})* {texts}
        """,
        "stop-to-end": r"""
            (?:reply |text |send |txt |type |replying |texting |i (?:text|texted|reply|replied
            |typed) )*stop ?(?:2|to|for|means)? ?(?:end|stop|quit|cancel|opt ?out|unsubscribe|all|unsub)
            |(?:reply|replying|text|texting|send|sending|txt|type|typing|i choose|i said|said
            |answer)(?: is)? (?:stop|quit|unsubscribe)
        """,
        "go-away": r"""
            (?:go away|get lost|buzz off)|(?:fuck|f|piss|bugger|eff|sod|naff) ?off|f ?(?:uck|k) off
        """,
        "no-contact": r"""
            no (?:more |further |additional )*(?:contact|communications?)|cease and desist
            |cease (?:all )?(?:contact|communications?)
        """,
        "out": r"(?:i )?(?:want|need) (?:off|out)(?: of| from)?(?: this| these| it)?",
    },
    bare=r"""
        stop+|stoo+p|sto+p+|stahp|stawp|sotp|stpo|st0p|tsop|stp|stopall|stop all|stop (?:it )?(?:now
        |please
        |already)|unsubscribe|unsub|opt ?out|no more|desist|td|dnc|do not (?:call|contact|text
        |disturb) list|enough already|(?:no|zero) {things}|(?:do not|dont) call this number|^(?:do not
        |dont) call$|cease
        |make (?:it|this) (?:stop|end)
    """,
    said=r"stop+|st0p|unsubscribe|unsub|opt ?out|opt me out",
    heads=manners.HEADS,
    closers=manners.CLOSERS,
    company=manners.COMPANY,
    apart=manners.APART,
    unmeant=manners.UNMEANT,
    joints=manners.JOINTS,
    blockers=manners.BLOCKERS,
    invites=manners.INVITES,
    limits=manners.LIMITS,
    negated=frozenset({"do-not-text", "do-not-send", "no-more"}),
    later=r"(?:right |just )?now|today|tonight|yet|at the moment|this (?:morning|afternoon|evening|week)",
    spared=r"(?:no|zero) {things} (?:for )?(?:today|tonight|this (?:morning|afternoon|evening|week))",
    unless={
        "list": manners.WAITING,
        "off-list": manners.WAITING,
        "calling": r"you can (?:\w+ )?(?:stop|quit)|confirmed",
    },
    series=r"call|text|txt|email|mail|message|contact|phone",
)
