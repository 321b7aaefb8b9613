"""What stands around a request in English: courtesy, company, and what makes it none, or one for less."""

HEADS = r"""
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
    |go ahead and|be sure to|(?:do not|dont) call(?: me| us)?(?: again)?
    |i would appreciate it if you(?: would| could)?
    |i d appreciate it if you(?: would| could)?|id appreciate it if you(?: would| could)?
"""

CLOSERS = r"""
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
"""

COMPANY = r"""
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
"""

APART = r""

UNMEANT = r"""
    ha(?:ha)+|lol|lmao|rofl|hilarious|funny|kidding|joking|laugh|killing me|you two|youre (?:too|so)
    |\bwhere (?:do|can|should)|\bwhat (?:do|should)|\bwhen (?:do|can|should|may) (?:i|we)|\bcan we stop
    |\b(?:can|may|should|could) i stop
"""

JOINTS = r"""
    i|im|ive|id|this|you|your|youre|we|he|she|it|its|thanks|thank|and (?:do not|dont|dnt|never|stop
    |delete|remove|leave|take|lose|no|i|we|you|please|thank)|or (?:i|ill|im|we|else)|because|cause
    |cuz|bc|wrong|not|no|who|why|what|stop|please|pls|otherwise|unless|sent from|that|there|they
"""

BLOCKERS = r"""
    i|you|u|he|she|we|they|it|who|that|which|to|not|dont|never|wont|cant|cannot|couldnt|wouldnt
    |shouldnt|didnt|doesnt|isnt|arent|wasnt|will|would|can|could|did|does|do|should|shall|may|might
    |must|ever|(?:do not
    |dont|dnt|didnt|did not|never|please not|no need to|nobody|why would (?:you
    |they)) (?:\w+ ){{0,2}}(?:take
    |remove|delete|drop|erase|strike|cross|kick|cut|get)s?|did (?:you|u|they) (?:take|remove|delete)
    |say|says|said|saying|told
    |tell|tells|if|when|whenever|until|before|after|since|the|a
    |an|your|his|her|their|our|bus|next|first|last|any|non|gonna|lets|let|help|helps|why|how|been|be
    |being|have|has|had|having|suddenly|already|finally|people|kids|mom|dad|ex|doctor|one
"""

INVITES = r"""
    (?:(?:please|pls|just|but|and|instead|you can|so) )*(?:text|txt|message|msg|sms|contact) (?:me
    |us|instead|my|at|only|is (?:fine|ok|okay|better|best))|(?:(?:please|pls|just) )*use (?:this|my|the
    |that) (?:new |other |cell )*(?:one|number|phone|cell)|(?:just|only|by|prefer|better) (?:text|txt
    |message)s?
    (?: only| please| pls| instead)*$|(?:(?:no|but|yes) )?(?:i|he|she|we|they)(?: do| still)* (?:want
    |wants
    |like|likes|love|need|needs) (?:{things}|them|these|it)$|(?:i |we )?(?:accidentally |mistakenly )*
    (?:text|texted|sent|send|typed|said|hit|pressed|replied|put|wrote) (?:stop|unsubscribe
    |cancel)(?: \w+){{0,2}} (?:by|on|in) (?:mistake|accident|error)|(?:im not|(?:i
    |we) (?:am not|are not|did not|didnt|do not|dont|have not|havent|was not|wasnt|never
    |have never)) (?:ask
    |asked|asking|tell|told|mean|meant|want|wanted|request|requested|requesting|try|tried
    |trying)(?: you| u| yall| them| anyone| anybody)? to (?:be |get )?(?:unsubscribed?|removed|taken off
    |deleted|dropped|stop|opt out|opted out)
"""

LIMITS = r"""
    before|until|till|while|whilst|during|when|whenever|if|unless|every|each|twice|so (?:early|late
    |much|often|many|long)|too|about (?:the|my|our|his|her|every)|for (?:the|my|our|his|her|that|an
    |a|\d)|in (?:the|spanish|english|french|\w+ish)|at|by|over|on (?:mon|tues|wednes|thurs|fri|satur
    |sun|week|the|sunday|holi)\w*|after|past|this (?:early|late|week|month)|tonight|tomorrow
    |for (?:mon|tues|wednes|thurs|fri|satur|sun|to)days?|for (?:tomorrow|tonight|next|now)
    |for this (?:week|month|morning|afternoon|evening|mon|tues|wednes|thurs|fri|satur|sun)\w*|time
    |as (?:much|often)|more than|and (?:call
    |email|phone)|because of the time|instead of
    |(?:to|for) (?:(?:the|my|a|any|this|that|further|all|blood|lab|genetic) )*(?:tests?|testing|surgery
    |surgeries|procedures?|treatments?
    |operations?|an?esthesia|anaesthesia|vaccin\w+|transfusions?|biopsy|scan|mri|x ?rays?|exam\w*|study
    |trial|research|photos?|sharing|share|release)
    |with (?:(?:the|my|our|his|her|a|this|that) )*(?:doctor|dr|nurse|dentist|therapist|wife|husband|son
    |daughter|mom|mother|dad|father|kids?|baby|him|her|them)
    |(?:to my \w+ )?and (?:send|text|message|use|contact) (?:them|it|me|us|this|my)
    |(?:on|at|to) (?:my|the|our) other
"""

# With "the list", which may be one of people who wait: who was given another appointment has left that.
WAITING = r"""
    (?:off|out|from)(?: of)? the (?:waiting )?list .*(?:earlier|sooner|another) (?:appointment|appt
    |slot|spot
    |time|visit|date|opening)
"""
