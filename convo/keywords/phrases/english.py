"""What people text in English to be left alone."""

from convo.keywords.phrases.grammar import Grammar

ENGLISH = Grammar(
    language="en",
    apostrophe="",
    fragments={
        "strong": r"""
            fucking|fkn|fking|effing|freaking|frickin|fing|ing|goddamn|damn|bloody|all of|all|constantly
            |always|ever|even|just|please|pls|plz|right now|immediately|both
        """,
        "cease": r"""
            stop+|stp|stoo+p|stahp|stawp|stopping|quit|cease|end|halt|discontinue|avoid|refrain from
            |knock off|cut out|desist from|give up|no more|sick of you
        """,
        "number": r"""
            (?:this|that|my|our|the|his|her|their)(?: cell| mobile| phone| old| personal| home| work| wifes
            | husbands
            | moms| sons| daughters)*(?: phone)? (?:number|phone|cell|mobile|line|no|num|telephone
            |device)
        """,
        "me": r"""
            me+|us|him|her|them|my (?:family|wife|husband|mom|mother|dad|father|son|daughter|kids?|child
            |children|partner|parents?)|(?:to )?{number}|here
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
        "send": r"sending|sendin|sendng|send",
        "whose": r"""
            all|any|the|these|thes|this|those|that|your|ur|my|you|more|anymore|further|future|additional
            |other|such|of|so|many|much|too|unwanted|unsolicited|stupid|damn|dumb|annoying|constant
            |endless|random|fucking|freaking|automated|automatic|robo|sms|text|phone|cell|marketing
            |promotional|promo|political|campaign|spam|junk|daily|weekly|reminder|group|crap|ridiculous
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
        "somewhere": r"""
            from (?:you|u|your (?:company|business|office|clinic|practice|store|shop|team|organization
            |organisation|church|school|campaign|party|side|end)|this company|yall|this number|you guys
            |you people|this business
            |anyone there)|(?:to|on|at|for) {number}|to me|at all|here|from here|from now on
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
        "texting": r"{cease} (?:{strong} )*{texting}(?: {strong})* {me}(?: any ?more| again| please)*",
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
            (?:do not|dont|dnt|do nt|never) (?:ever |even )?(?:{text}|call|call or text
            |text or call)(?: or (?:call|text))?(?: {me})? (?:any ?more|again|ever again|ever|no more
            |further)
        """,
        "list": r"""
            (?:remove|take|delete|drop|erase|strike|scratch|cross|get|scrub|purge|wipe|cut|kick|keep
            |have|rwmove|remve|unlist|block)(?: (?:me|us|it|them|him|her|my info|my name|my information
            |my contact|{number}))?(?: please| pls)? {out} {list}
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
            leave (?:me|us|my family)(?: and (?:my )?\w+){{0,2}}(?: (?:the|tf|the fuck|the hell
            |fucking))*(?: fuck| hell)? (?:alone|be)
        """,
        "lose-number": r"""
            (?:lose|loose|forget|delete|erase|trash|scrub|block) (?:my|this) (?:phone |cell )?number
        """,
        "do-not-want": r"""
            (?:do not|dont|dnt|no longer|never|not)(?: really)? (?:want|wanna|wish|care|like
            |desire)(?: to| you to)? (?:be (?:texted|contacted|messaged|bothered|disturbed|notified
            |spammed)|(?:get|receive|recieve|keep getting|keep receiving|be getting|be receiving
            |continue receiving|have) {things}|hear from (?:you|u|yall|this|them)|(?:any|these|those|ur
            |your|the)(?: more| {whose})* (?:{texts}|notifications?))
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
            {cease} (?:{strong} )*(?:{texting}|calling|calling or texting|texting or calling
            |{text} me)(?: and (?:calling|texting))?(?: {me})?
        """,
        "sending": r"{cease} (?:{strong} )*{send}(?: {me})?(?: it| that)?",
        "the-texts": r"""
            (?:{cease}|cancel|disable|deactivate|turn off|switch off|shut off|enough (?:with|of)|enough
            |no further|no additional|suspend|terminate|mute|unsubscribe (?:me )?from|opt ?out of
            |opt me out of|i am done with|im done with
            |done with) (?:it )?(?:with |w )?{things}(?: subscriptions?| service
            | program)?(?: {somewhere}| to {me}| and calls)*|(?:turn|switch|shut) {things} off
            |(?:cancel|end|stop|terminate) (?:my|our|the|this) (?:subscription|sub|enrollment) (?:to
            |for) {things}
        """,
        "these": r"""
            (?:stop|quit) (?:(?:these|thes|this|this (?:shit|crap|nonsense|harassment|spam|stuff)|all
            |everything|all of (?:it|this|these)|all (?:contact|communications?))(?: {somewhere})*
            |{somewhere})|no more of (?:these|those|this|it)(?: {somewhere})*
        """,
        "unsubscribe": r"""
            {unsubscribe}(?: {me})?(?: (?:from|to|of|off)(?: {list}| {things}| this| these| all
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
            | even)* (?:{text})(?: or call)?(?: {me})?(?: {somewhere})*|(?:please|kindly|rather|prefer
            |(?:can|could|would)(?: you| u)(?: all| guys| just| please)*|(?:ask|asked|asking|told|like
            |want|wish|need|prefer)(?: that)? (?:you|u|yall)(?: to)?) not (?:{text} {me}|send {me} {things})
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
            make (?:it|this|these|them|{things}) (?:stop|end)|get (?:these|them|{things}) to (?:stop
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
        stop+|stoo+p|sto+p+|stahp|stawp|sotp|stpo|tsop|stp|stopall|stop all|stop (?:it )?(?:now|please
        |already)|unsubscribe|unsub|opt ?out|no more|desist|td|dnc|do not (?:call|contact|text
        |disturb) list|enough already|(?:no|zero) {things}|do not call(?: me| this number)?
        |dont call(?: me| this number)?|cease
    """,
    said=r"stop+|unsubscribe|unsub|opt ?out|opt me out",
    heads=r"""
        please|pls+|plz+|plse|pleas|plese|pleeease|kindly|just|so|and|but|then|also|now|ok|okay|k|yes
        |yeah|no|nope|nah|hi|hello|hey|hi there|hello there|good (?:morning|afternoon|evening|day)|sorry
        |im sorry|thanks|thank you|thx|no thanks|no thank you|dear \w+|sir|maam|madam|guys|again
        |once again|seriously|omg|ffs|jesus|wtf|for the (?:last|second|third) time|as i said|like i said
        |immediately|in fact|would (?:like|love|prefer)(?: to)?|um|well|oh|wow|really|actually|honestly
        |(?:can|could|would|will|wont|cant) (?:you|u
        |ya|yall|someone|somebody|anyone|we|i)(?: all| guys| people| just)*|(?:why )?(?:wont|dont|cant
        |do not|will not|can not) (?:you|u|yall)|when (?:will|are) (?:you|u)(?: going to| gonna)?|(?:i
        |im|i m|we|id|ive|we ve|i ve|i have|we have)(?: really| just| would| d| had| am| already| have
        | still)* (?:want|need|would like|like|wish|wanna|prefer|demand|beg|request|requested|ask|asked
        |told|said|texted|tell|telling|asking|begging|requesting|trying|ready|like for|have told
        |have asked|will tell|say)(?: (?:you|u|yall|that|that you|for you|them|to have you))?(?: guys
        | people| all| folks| once| twice| before| kindly| politely| again| already| repeatedly| nicely
        | several times| many times| multiple times| \w+ times)*(?: to)?|(?:you|u|yall)(?: guys| people
        | all| really| just)* (?:need to|have to|must|should|better|can|may|had better|gotta|got to|will
        |ought to)|how many (?:more )?times (?:do|must|should|will) (?:i|we)(?: have
        | need)?(?: to)? (?:say|tell|ask|repeat)(?: it| that| this)?(?: to)?(?: you| u| yall| you guys
        | you people)?(?: to)?|if (?:you|u|yall) (?:do not|dont|dnt|cant|wont)|unless you|(?:how|where
        |what)(?: the \w+)? (?:do|can|could|would|should|may) (?:i|we|you|one)(?: do| go| need)?(?: to)?
        |how (?:to|does one)|i|we|im|i am|we are|me|let me|let us|allow me to|may i|(?:is there|whats
        |what is) (?:a|the|any)(?: best| easy)? way (?:to|for me to)|(?:tell|show) me how to
        |tell me how i can|trying to|like to|want to|wanting to|would like to|need to|id like to
        |(?:would|do) you mind|make sure (?:you|to)|try to|time to|i do|(?:im|i am) going to need you to
        |do (?:me|us) a favor and|not needed(?: any ?more)?|no longer needed|you are to|please do
        |go ahead and|be sure to|i would appreciate it if you(?: would| could)?
        |i d appreciate it if you(?: would| could)?|id appreciate it if you(?: would| could)?
    """,
    closers=r"""
        please|pls+|plz+|plse|pleas|thanks(?: a lot| so much| very much)?|thank (?:you|u)(?: so much
        | very much| kindly| in advance)?|thx|thnx|tnx|ty|cheers|now|right now|right away|immediately
        |at once|asap|today|already|any ?more|again|ever|ever again|no more|forever|permanently|for good
        |for ever|completely|altogether|entirely|{somewhere}|period|ok|okay|k|sir|maam|madam|guys|people
        |folks|bro|bruh|dude|man|yall|you people|assholes?|idiots?|lol|smh|omg|ffs|jeez|geez|damn it
        |dammit|goddammit|kindly|would you|will you|could you|can you|if you (?:would|could|do not mind
        |dont mind)|(?:im |i am |i )?beg(?:ging)?(?: of)? you|have a (?:good|nice|great) (?:day|one
        |evening|night|weekend)|god bless(?: you)?|sorry|regards|best|best regards|bye|goodbye|good bye
        |(?:by|via|over|through) (?:text|texts|sms|phone|message|text message)|pretty please
        |effective immediately|as soon as possible|yes|no|fr|for real|seriously|i mean it|all|stat
        |over and out|end of story|thank you and (?:goodbye|have a nice day)
    """,
    company=r"""
        (?:(?:i )?(?:a )?(?:im|i am|am|were|we are|hes|shes|they are|he is|she is) )?(?:not|no longer
        |never) (?:interested|intrested|the right person|him|her|that person
        |a customer)(?: in \w+(?: \w+)?)?|(?:sorry )?(?:you (?:have|got
        |ve got) (?:the )?)?wrong (?:number|person|guy|phone|num)|(?:i )?(?:do not|dont
        |dk) know (?:who )?(?:you|this|who this is|u|who you are)(?: are| is| guys)?
        |who(?: the \w+)? (?:is|r|are) (?:this|you|u|it)|whos this|who dis|(?:this|that|it)(?: is not
        |s not| isnt| is no longer|isnt)(?: \w+){{1,4}}|(?:im|i am) not \w+(?: \w+)?|i (?:never|did not
        |didnt|have not|havent) (?:sign|signed|subscribe|subscribed|ask|asked|opt|opted|agree|agreed
        |request|requested|consent|consented|give|gave|given|wanted|join|joined)(?: \w+){{0,6}}
        |i (?:do not|dont|no longer) (?:live|own|remember|recall|use|go|work|attend|visit
        |shop)(?: \w+){{0,6}}|(?:im |i am |so |i m )*(?:sick
        |tired|fed up|over|annoyed|done|had enough)(?: and tired)? (?:of|with|by|it)(?: \w+){{0,6}}
        |(?:this is|thats|its|it is|you are|youre|ur)(?: a| an| just| so| very| really| getting
        | beyond)* (?:spam(?:ming)?|harassment|harassing(?: me)?|annoying|ridiculous|scam|illegal|enough
        |too much|rude)(?: now| already)?|spam|spammers?|scam|scammers?|enough|no one asked|nobody asked
        |no means no|(?:sent|typed) (?:from|via|on|with) (?:my )?\w+(?: \w+){{0,5}}|get outlook for \w+
        |i(?: have|ve)? already (?:paid|voted|told you|asked|said so|have one|did|bought|ordered
        |received|got|been)(?: \w+){{0,4}}|i (?:get|got|keep getting|have gotten|receive) (?:too|so
        |way too) many(?: \w+){{0,4}}|(?:i )?(?:do not|dont) want (?:these|them|any|this)|i (?:moved
        |got a new|have a new|changed|sold|voted|paid|bought|passed)(?: \w+){{0,4}}|he passed away
        |she passed away|i (?:will|am going to|shall) (?:report|block|sue)(?: \w+){{0,4}}|(?:ill
        |im) (?:report|block|sue|blocking|reporting)(?:ing)?(?: \w+){{0,4}}|how many times(?: \w+){{0,8}}
        |do not reply|leave|bye
        |never mind|nvm|shut up|screw you|fuck you|fuck u|fu|stfu|hell no
    """,
    apart=r"",
    unmeant=r"""
        ha(?:ha)+|lol|lmao|rofl|hilarious|funny|kidding|joking|laugh|killing me|you two|youre (?:too|so)
        |\bwhere (?:do|can|should)|\bwhat (?:do|should)|\bwhen (?:do|can|should|may) (?:i|we)|\bcan we stop
        |\b(?:can|may|should|could) i stop
    """,
    joints=r"""
        i|im|ive|id|this|you|your|youre|we|he|she|it|its|thanks|thank|and (?:do not|dont|dnt|never|stop
        |delete|remove|leave|take|lose|no|i|we|you|please|thank)|or (?:i|ill|im|we|else)|because|cause
        |cuz|bc|wrong|not|no|who|why|what|stop|please|pls|otherwise|unless|sent from|that|there|they
    """,
    blockers=r"""
        i|you|u|he|she|we|they|it|who|that|which|to|not|dont|never|wont|cant|cannot|couldnt|wouldnt
        |shouldnt|didnt|doesnt|isnt|arent|wasnt|will|would|can|could|did|does|do|should|shall|may|might
        |must|ever|say|says|said|saying|told|tell|tells|if|when|whenever|until|before|after|since|the|a
        |an|your|his|her|their|our|bus|next|first|last|any|non|gonna|lets|let|help|helps|why|how|been|be
        |being|have|has|had|having|suddenly|already|finally|people|kids|mom|dad|ex|doctor|one
    """,
    invites=r"""
        (?:(?:please|pls|just|but|and|instead|you can|so) )*(?:text|txt|message|msg|sms|contact) (?:me
        |us|instead|my|at|only|is (?:fine|ok|okay|better|best))|(?:(?:please|pls|just) )*use (?:this|my|the
        |that) (?:new |other |cell )*(?:one|number|phone|cell)|(?:just|only|by|prefer|better) (?:text|txt
        |message)s?
        (?: only| please| pls| instead)*$|(?:(?:no|but|yes) )?(?:i|he|she|we|they)(?: do| still)* (?:want
        |wants
        |like|likes|love|need|needs) (?:{things}|them|these|it)$|(?:i |we )?(?:accidentally |mistakenly )*
        (?:text|texted|sent|send|typed|said|hit|pressed|replied|put|wrote) (?:stop|unsubscribe
        |cancel)(?: \w+){{0,2}} (?:by|on|in) (?:mistake|accident|error)|i (?:did not|didnt|never) (?:ask
        |asked
        |mean|meant|want|wanted|try|tried) to (?:be |get )?(?:unsubscribed?|removed|stop|opt out|opted out)
    """,
    limits=r"""
        before|until|till|while|whilst|during|when|whenever|if|unless|every|each|twice|so (?:early|late
        |much|often|many|long)|too|about (?:the|my|our|his|her|every)|for (?:the|my|our|his|her|that|an
        |a|\d)|in (?:the|spanish|english|french|\w+ish)|at|by|over|on (?:mon|tues|wednes|thurs|fri|satur
        |sun|week|the|sunday|holi)\w*|after|past|this (?:early|late|week|month)|tonight|tomorrow
        |for (?:mon|tues|wednes|thurs|fri|satur|sun|to)day|time|as (?:much|often)|more than|and (?:call
        |email|phone)|because of the time|instead of
    """,
    negated=frozenset({"do-not-text", "do-not-send"}),
    later=r"(?:right |just )?now|today|tonight|yet|at the moment|this (?:morning|afternoon|evening|week)",
)
