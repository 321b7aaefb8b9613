"""What people text in French to be left alone."""

from convo.keywords.phrases.grammar import Grammar

FRENCH = Grammar(
    language="fr",
    apostrophe=" ",
    fragments={
        "now": r"""
            svp|stp|s il (?:vous|te|v) plait|s il vs plait|sil vous plait|immediatement|maintenant|donc
            |tout de suite|un peu|desormais|merci|deja
        """,
        "cease": r"""
            arret(?:ez|e|er|es|ons|é)|aret(?:ez|e|er)|arreter|cess(?:ez|e|er|es)|stopp?(?:ez|e|er|es)?
            |stoper
        """,
        "me": r"m|me|nous|moi|n",
        "bother": r"""
            spamm(?:er|ez|e)|spam|harcel(?:er|ez|e)|derang(?:er|ez|e)|embet(?:er|ez|e)|importun(?:er|ez
            |e)|emmerd(?:er|ez|e)|soul(?:er|ez|e)|saoul(?:er|ez|e)|sollicit(?:er|ez|e)|relanc(?:er|ez|e)
            |bombard(?:er|ez|e)|inond(?:er|ez|e)|gav(?:er|ez|e)|demarch(?:er|ez|e)|text(?:o|ot)?(?:er
            |ez|es|e)
        """,
        "send": r"""
            envoy(?:er|ez|e|es)|envoi(?:e|es|s)|envoye|adress(?:er|ez|e)|expedi(?:er|ez|e)
            |transmett(?:re|ez)
        """,
        "write": r"""
            ecri(?:re|vez|s|t|ves)|recri(?:re|vez|s)|reecri(?:re|vez|s)|contact(?:er|ez|e|es)
            |recontact(?:er|ez|e|es)|joindre|joignez|parl(?:er|ez|e)
        """,
        "whose": r"""
            de|d|des|du|les?|la|l|vos|votre|tes|ton|ces|cet|cette|ce|aucuns?|aucune|autres?|tous|toutes?
            |tout|plus|aux?|a|mes|mon|nouveaux?|pareils?|genre|type|sortes?|stupides?
            |putains?|tels?|foutus?|satanes?|maudits?|n importe quels?
        """,
        "texts": r"""
            sms|texto?s?|txts?|textos?|messages?|mesages?|msgs?|mess|mails? sms|message texte
            |messages textes?
        """,
        "things": r"""
            (?:{whose} )*(?:{texts}|pubs?|publicites?|notifications?|notifs?|rappels?|alertes?|promos?
            |promotions?|spams?|relances?|sollicitations?|communications?|envois? (?:{whose} )*{texts}
            |campagnes?|prospection|demarchage|harcelement)(?: (?:par {texts}|de {texts}|{texts}
            |(?:de |des |du )?(?:rendez vous|rdv|consultations?|visites?)
            |publicitaires?|commercia(?:l|ux|les?)|promotionnels?|indesirables?|automatiques?|pub
            |de pub))?
        """,
        "several": r"""
            (?:{whose} )*(?:{texts}|pubs?|publicites?|spams?|(?:notifications|notifs|rappels|alertes
            |promos
            |promotions|relances|sollicitations|communications)(?: (?:par |de )?(?:{texts}|pub
            |rendez vous
            |rdv))?|(?:rappel|alerte|notification|notif) (?:par )?{texts})
        """,
        "from": r"""
            de (?:votre|ta) part|de vous|de (?:votre|la) (?:cabinet|entreprise|societe|clinique|magasin
            |boutique|part|enseigne|ecole|agence)|du cabinet|a ce numero|a mon numero|sur (?:ce|mon|cette
            |ma)(?: numero(?: de)?)?(?: numero| telephone| portable| tel| ligne)?|sur ce num|chez moi
            |de chez vous
        """,
        "list": r"""
            (?:de|du|des|d|hors) (?:(?:votre|vos|la|les|l|cette|ce|ces|ta|tes|toutes?|tous|toute
            |une) )*(?:listes?|listings?|fichiers?|bases?|envois?|diffusions?|contacts?|repertoires?
            |systeme|mailings?|campagnes?|registres?|abonnes|service|carnet d adresses|{texts}|alertes?
            |notifications?)(?: (?:de|d) (?:diffusion|contacts?|distribution|envois?|donnees|{texts}
            |abonnes|mailing|clients?|adresses|prospection|telephones?|numeros)(?: {texts})?| {texts}
            | clients?)?
        """,
        "number": r"""
            (?:mon|ce|le|notre|son|leur) (?:numero(?: de (?:telephone|tel|portable))?|num|telephone|tel
            |portable
            |contact|nom)|(?:mes|nos) (?:coordonnees|donnees|infos?|informations)
        """,
        "remove": r"""
            retir(?:ez|e|er|es)|supprim(?:ez|e|er|es)|suprim(?:ez|e|er)|enlev(?:ez|e|er|es)|ray(?:ez|e
            |er)|raie|effac(?:ez|e|er)|otez|sort(?:ez|s|ir|e)|vir(?:ez|e|er)|elimin(?:ez|e|er)|radi(?:ez
            |e|er)|desinscri(?:vez|re|s)|desabonn(?:ez|er|e)|exclu(?:ez|re|s)
        """,
        "leave-list": r"desabonn|desinscri|desincri|desinscr|desabon|desenregistr|desinscriv",
        "want": r"""
            (?:je|j|on|nous|jne|jveux|jveu|jsouhaite) ?(?:ne |n )?(?:veu[xt]?|voul(?:ons|ait)
            |souhait(?:e|ons|erais)|desir(?:e|ons)|voudrai[st]?|aimerai[st]?|accept(?:e|ons)|ai)?
        """,
        "no-more": r"plus|pas|pu|plu|jamais|+|pas ou plus|plus jamais|plus du tout|pas du tout|p",
    },
    anywhere={
        "cease-sending": r"""
            {cease} (?:{now} )*(?:de |d )?(?:{me} ?)?(?:{send}|recevoir)(?: {now})*(?: {things}
            | vos (?:trucs|conneries|betises|choses|machins)| {whose} offres| tout ca| ca)+(?: {from})*
        """,
        "cease-writing": r"{cease} (?:{now} )*(?:de |d )?{me} ?(?:{write}|{bother})(?: {from})*",
        "no-more-writing": r"""
            (?:ne plus|n ?ecrivez plus|ne plus jamais) ecrire {from}|(?:ne |n )?{me} ?(?:{write}
            |{bother}) (?:plus jamais|plus du tout|jamais plus|jamais|plus|pu)(?: {from})*
        """,
        "no-more-sending": r"""
            (?:ne |n )?(?:{me} ?)?{send} (?:plus jamais|plus|pu|jamais)(?: jamais)? (?:{things}
            |rien)(?: {from})*
        """,
        "not-to": r"""
            ne (?:plus|pas|jamais) (?:{me} ?)?(?:{send}|recevoir) {things}|ne (?:plus|pas
            |jamais) (?:{me} ?(?:appeler|telephoner) (?:ni|et|ou) (?:de )?)?{me} ?(?:{write}|{bother}
            |{send} {things})|ne plus (?:etre )?(?:contacte|sollicite
            |demarche|recontacte|derange|importune)e?s?
        """,
        "do-not-want": r"""
            (?:veu[xt]?|souhaite|souhaitons|desire|desirons|voudrais?|aimerais|accepte|jveux|jveu
            |jsouhaite|voulons)(?: (?:plus|pas|pu|plu|jamais|du tout))+ (?:(?:de )?(?:recevoir|avoir
            |lire|voir) (?:{things}|(?:{whose} )+(?:offres?|messages?|actualites|newsletters?|courriers?
            |infos?))|(?:etre|que vous me|que l on me) (?:contact|recontact|sollicit|demarch|derang
            |importun|harcel)(?:e|ee|es|iez|ez)|entendre parler de vous|rien recevoir|recevoir rien
            |qu on m (?:ecrive|envoie {things}|contacte|appelle)|que vous m (?:envoyiez|ecriviez))
        """,
        "use": r"(?:n )?utilis(?:ez|e|er) (?:plus|pas|plus jamais) {number}",
        "in-list": r"""
            (?:veux|souhaite|desire|voudrais|voulons)(?: plus| pas)+ (?:figurer|etre|apparaitre
            |rester) (?:dans|sur) (?:votre|vos|cette|ce|la|le|une|ces) (?:{whose} )*(?:fichiers?|listes?
            |bases?|listings?|repertoires?|registres?)
        """,
        "list": r"(?:(?:{me}|le|la|les) )?{remove}(?: moi| nous)?(?: {now})*(?: {number})? {list}",
        "alone": r"""
            (?:laiss|fich|fout|fou|lach)(?:ez|e|es|s|tez|er)? (?:moi|nous)(?: donc)? (?:tranquilles?
            |en paix|la paix|la grappe|les baskets)|laissez? (?:ma|mon|mes) \w+ et moi (?:tranquilles
            |en paix)|oubli(?:ez|e) (?:moi|mon numero|ce numero)|perd(?:ez
            |s) (?:mon|ce) numero|(?:lach|laiss|fich|fout)(?:ez|e|es|s) (?:moi|nous)(?: la paix
            | tranquilles?
            | en paix)? avec {things}
        """,
        "consent": r"""
            (?:retire|retirer|revoque|revoquer|annule) (?:mon|tout) (?:consentement|accord|autorisation)
            |m oppose (?:a|au|aux) (?:(?:recevoir|avoir) {things}|ce (?:que vous|qu on) m \w+|l envoi
            |la reception|vos|tout|tous|ces|toute
            |l utilisation de mon numero)(?: {whose})*(?: {things})?|droit d opposition
        """,
        "no-permission": r"""
            (?:n avez|avez|n as|as) (?:pas|plus|jamais eu) (?:mon |d |l )?(?:accord|autorisation
            |consentement|permission|droit)(?: pour| de| d)* (?:{me} ?)?(?:{send}|{write}|{bother})
        """,
        "no-consent": r"""
            (?:autorise|donne)(?: (?:plus|pas))(?: (?:l autorisation|la permission|le droit))?(?: a| de
            | d)(?: {me})? ?(?:{send}|{write})
        """,
        "or-else": r"^(?:stop|arretez|arrete) (?:ou|sinon) (?:je|j|on|nous|a)",
    },
    alone={
        "cease-sending": r"""
            {cease} (?:{now} )*(?:de |d )?(?:{me} ?|les |le |la )?(?:{send}|{write}|appeler|{bother}
            |spam|vos (?:conneries|betises|trucs|envois))(?: {from})*
        """,
        "no-more-writing": r"""
            (?:ne |n ){me} ?(?:{write}|{bother})(?: pas)?(?: {from})*|{me} ?(?:{write}
            |{bother}) pas(?: {from})*
        """,
        "nothing": r"""
            plus rien|tout contact|plus (?:de|aucun) contact|cess(?:ez|er) tout contact|(?:en sorte|pour
            |veux|veu|voudrais|souhaite|aimerais) que je ne recoive plus (?:{things}|rien)(?: {from})*
        """,
        "no-sending": r"(?:ne |n )(?:{me} ?)?{send} (?:pas|plus)(?: (?:{things}|rien))?(?: {from})*",
        "want-them": r"""
            (?:(?:je|on|nous|j) ?(?:ne |n )?)?(?:veux|souhaite|desire|voudrais|aimerais)(?: plus| pas
            | pu)+ (?:de )?(?:les|en|la|le) recevoir
        """,
        "the-texts": r"""
            (?:assez|fini|halte|basta|sto+p+|stops|(?:stop|{cease}|finissez
            |ca suffit|assez
            |basta) avec|comment bloquer|stoppez?|stopper|stoper|{cease}|suppression|fin|ca suffit
            |ca suffit avec|y en a marre
            |ne veu[xt]? plus|veu[xt]? plus|jveux plus|jveux pas|jveux pu|veu[xt]? pu|souhaite plus
            |veu[xt]? pas|desire plus) {things}(?: {from})*
            |(?:coupe[rz]|desactive[rz]?|annule[rz]|suspend(?:re|ez)) {several}(?: {from})*
        """,
        "no-more": r"(?:plus jamais|jamais plus|plus|pu) {things}(?: {from}| maintenant)*",
        "cease-all": r"""
            {cease} (?:{now} )*(?:tout|tout ca|tout cela|tout envoi|les envois|vos envois
            |tous les envois)
        """,
        "unsubscribe": r"""
            (?:(?:me|m|nous|se|s|te) )?{leave-list}[a-z]*(?: (?:moi|nous|nous en|m en
            |{number}))?(?: {list}| de tout| de ca| ici| sms| de vos services)?
        """,
        "be-removed": r"""
            (?:etre|je suis) (?:desinscrit|desabonne|retire|supprime|enleve|raye|radie)e?s?(?: {list})?
        """,
        "refuse": r"refus(?:e|ons) (?:de recevoir |tous? |toutes? )*{things}",
        "subscription": r"""
            (?:annul|resili|supprim|arret|stopp)(?:ez|er|e) (?:mon|mes|l|cet|notre) ?(?:inscription
            |abonnement)s? (?:aux?|a vos|de vos|a ces|par) ?{things}
        """,
        "remove": r"""
            (?:(?:me|m|nous) )?{remove}(?: (?:moi|nous|m en|m|{number}))+|(?:me|m) {remove}
            |{remove} {number}
        """,
        "end-texts": r"""
            resili(?:ation|er|ez)(?: {whose})*(?: abonnement)?(?: {whose})* {texts}|(?:fin
            |arret)(?: {whose})* {texts}
        """,
        "stop-to-end": r"""
            (?:repond(?:s|re|ez)|envoie|envoi|texte|reponse) stop|stop (?:pour|a) (?:me )?(?:arreter
            |desabonner|desinscrire)
        """,
        "go-away": r"""
            allez (?:vous faire (?:voir|foutre)|au diable)|va te faire (?:voir|foutre)|degage[zr]?
            |foutez le camp|(?:lache|lachez|fichez|foutez|fou|fous|foutre)(?: moi)? (?:la paix|moi|nous)
            |du balai|cassez vous
        """,
    },
    bare=r"""
        stop+|sto+p+|arret|arretez?|arreter|cessez|stoppez|stop (?:maintenant|tout)|{cease} (?:ca|cela)
        |desabonnement
        |desinscription|desabonner|desinscrire|desabonne|unsubscribe|ca suffit|basta|assez|pas {things}
        |opt ?out|droit d opposition
    """,
    said=r"""
        stop+|arretez|arreter|cessez|stoppez|desabonnement|desinscription|desinscrire|desabonner
        |unsubscribe
    """,
    heads=r"""
        bonjour|bjr|bonsoir|bsr|salut|slt|coucou|madame|monsieur|messieurs|mesdames|et|mais|donc|alors
        |ok|d accord|dac|oui|non merci|merci|merci bien|svp|stp|s il vous plait|s il te plait
        |sil vous plait|pardon|desolee?|dsl|bon|ben|eh|encore une fois|une fois de plus
        |(?:ne )?(?:m|me|nous) ?(?:appel|telephon|rappel)\w*(?: plus| pas| jamais)+(?: ni)?
        |pour la derniere fois|(?:je|j)? ?(?:vous|te)? ?(?:prie|demande|somme|ordonne|remercie|conseille
        |supplie)(?: gentiment| poliment| encore)?(?: de| d)?|merci (?:de|d|de bien vouloir
        |par avance de|de vouloir|d avance de)|veuillez|veillez|faites|priere de|priere d|prière d
        |(?:pouvez
        |pourriez|pouriez|voulez|voudriez|vouliez|peux|pourrais|peut|pourrait)(?: vous| tu| on)?(?: svp
        | bien| stp)?|(?:vous|tu|on) (?:pouvez|pourriez|peux|peut|pourrais|devez|dois|allez
        |vas)(?: svp)?|est ce que vous pou(?:vez|rriez)|il faut|faut|combien de fois (?:dois je|faut il
        |devrai je|je dois|il faut)(?: vous| te)? ?(?:dire|repeter|demander|redire)?(?: de| d| que)?
        |quand allez vous|allez vous(?: enfin)?|(?:je|j)? ?(?:ne )?(?:veux|veu|souhaite|voudrais|voudrai
        |desire|aimerais|prefere|prefererais|tiens a|exige|demande|demanderais|sollicite)(?: que vous
        | vous| a| de| d| ma| mon| une| la| l| bien)*|(?:je|j|on|nous)(?: vous| t)?(?: l)? ?(?:ai|avons
        |a|avais)?(?: deja| bien)? (?:demande|dit|ecrit|repete|signale|envoye)(?: \d fois
        | plusieurs fois| deux fois| trois fois)?(?: de| d| que)*|comment(?: faire| on fait
        | dois je faire| puis je| peut on| fait on| fais je| je fais| est ce que je| est ce qu on
        | on peut| on)?(?: pour| svp)?|comment (?:je|j)|ou puis je|que faire pour
        |qu est ce que je dois faire pour|pour|afin de|afin d|je|j|on|nous|vous|tu|sinon|maintenant
        |immediatement|si vous|c est|de|d
    """,
    closers=r"""
        svp|stp|s il (?:vous|te|v) plait|sil vous plait|sil te plait|s il vs plait|merci(?: bien
        | beaucoup| d avance| par avance| a vous| infiniment| bcp)?|mrc|mci|immediatement|maintenant
        |tout de suite|desormais|dorenavant|a l avenir|definitivement|par (?:sms|textos?|messages?
        |telephone|ce biais|ce canal)|des que possible|au plus vite|rapidement|aujourd hui|{from}
        |cordialement|cdlt|cdt|bonne journee|bonne soiree|bien a vous|salutations|au revoir|adieu|bye
        |ciao|bordel|putain|merde|enfin|donc|ok|d accord|oui|mon dieu|deja|jamais|du tout|sur ce numero
        |c est bon|c est clair|bonjour|madame|monsieur|les gars|pour toujours|une bonne fois pour toutes
        |et c est tout|point final|point|lol|mdr
    """,
    company=r"""
        (?:je (?:ne )?(?:suis|s) )?(?:pas|plus|non) (?:du tout )?(?:interessee?|concernee?|le bon numero
        |la bonne personne|cliente?)(?: chez vous| de chez vous| par \w+(?: \w+)?)?
        |(?:desolee? )?(?:c est un |vous avez le |c est le |vous avez un )?(?:mauvais|faux
        |erreur de) (?:numero|num|destinataire)|(?:vous vous etes )?trompee?s? de (?:numero|num
        |personne)|erreur de (?:numero|destinataire)|vous faites erreur|(?:je )?(?:ne )?(?:vous|te|le|la
        |les) connais (?:pas|meme pas)|je (?:ne )?sais pas qui (?:vous etes|c est)|qui (?:est ce
        |etes vous|c est)|c est qui|(?:ce n est|c est|ce nest) (?:pas|plus)(?: \w+){{1,5}}
        |je (?:ne )?(?:suis|m appelle) (?:pas|plus)(?: \w+){{1,4}}|(?:je (?:ne )?|j )(?:me suis|ai|n ai
        |n suis)(?: jamais| rien| pas)+ (?:inscrite?|abonnee?|demandee?|souscrite?|donnee?|accepte
        |autorise)(?: \w+){{0,5}}|(?:j en ai |y en a |on en a )?(?:marre|ras le bol|assez
        |plein le dos)(?: de| d| des)?(?: \w+){{0,5}}|c est (?:du|de l|trop|un)? ?(?:spam|harcelement
        |lourd|insupportable|penible|abusif|scandaleux|illegal)|spam|harcelement|(?:envoye|ecrit) (?:de
        |depuis) mon \w+(?: \w+){{0,3}}|j ai (?:deja|demenage|change)(?: \w+){{0,5}}
        |je vais (?:porter plainte|vous signaler|signaler|bloquer)(?: \w+){{0,4}}|ca (?:suffit|me saoule
        |m enerve)|(?:je recois|j en recois|vous m envoyez|vous m en envoyez|j ai|ca fait
        |il y a) (?:trop|beaucoup trop|des tonnes|plein)(?: \w+){{0,4}}
        |(?:vous devez |vous )me (?:confondre|confondez|prenez)(?: \w+){{0,4}}
        |combien de fois(?: \w+){{0,6}}|(?:dernier|premier) avertissement|vos (?:sms|messages|textos)
        |toujours les memes (?:sms|messages)
    """,
    apart=r"non",
    unmeant=r"""
        ha ?ha|mdr|lol|ptdr|rire|rigol|drole|blague|marrant|(?:puis je|dois je|peut on|quand) arret
    """,
    joints=r"""
        je|j|on|nous|ce|c|cela|ca|vous|merci|et|ou|car|parce|puisque|sinon|mauvais|qui|svp|stp|stop|il
        |elle|mon numero|avant que
    """,
    blockers=r"""
        pourquoi|je|j|tu|il|elle|on|nous|vous|ils|elles|de|d|a|pas|plus|n|dit|dis|dites|dire|lui|leur|qui
        |que|qu
        |doit|dois|devrais|peut|peux|peuvent|veut|va|vais|vont|pour|si|quand|lorsque|son|ma|l|le|la|les
        |un|une|cet|cette|des|aux?|du|jamais|t|s|avant|apres|faire|fait|ont|ai|as|avez|est|etait|suis
        |maman|papa|mari|fille|fils|medecin|docteur
    """,
    invites=r"""
        (?:(?:svp|merci de|mais|plutot|et|alors) )*(?:ecrivez|ecris|envoyez|envoie|textez|texte
        |contactez|appelez) (?:moi|nous|plutot|un sms|un message|ma|mon)|(?:(?:non|mais|oui|si) )?(?:je
        |il|elle|on|ils) (?:les veux?|les veut|les aime|y tien[ts]|veux bien les recevoir)$
        |(?:j ai )?(?:tape
        |envoye|ecrit|dit|repondu|mis|clique) (?:le mot )?stop(?: \w+){{0,2}} par (?:erreur|megarde
        |accident)
        |(?:utilisez|prenez|utilise|prends) (?:celui (?:ci|la)|ce (?:numero|portable)|mon|le nouveau
        |l autre)
        |plutot par (?:sms|messages?|textos?)
        |(?:je|j|on|nous) ?(?:ne |n )?(?:vous |te |t |lui |l )?(?:(?:ai|avons|a|en ai) )?(?:pas|jamais
        |rien) (?:demande|voulu|souhaite|dit)e?r?(?: a| de| d| que)+(?: me| m| etre| vous
        | soit| sois)* (?:{leave-list}[a-z]*|{cease}|(?:retir|supprim|enlev|effac)\w+|raye\w*)
        |(?:je|on|nous) (?:ne )?(?:demande|demandons|veux|voulons|souhaite) pas (?:a |de |d )?(?:etre
        |me) (?:
        {leave-list}[a-z]*|(?:retir|supprim|enlev|effac)\w+|raye\w*)
        |je n ai (?:pas|jamais) (?:demande|voulu|souhaite)(?: a| de
        | d)?
        (?: me| etre)? {leave-list}[a-z]*
    """,
    limits=r"""
        d attente|d aujourd hui|du jour|des? (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
        |demain|invites|presents|courses|eleves|participants)|avant|autant|tant|moins|depuis (?:hier
        |lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|la|le|l|un|une|des|deux|\d)|cette semaine
        |pour (?:demain|aujourd hui|ce|cette|cet|lundi|mardi|mercredi|jeudi
        |vendredi|samedi|dimanche)|le (?:soir|matin|midi|dimanche
        |samedi|week|weekend|lundi|mardi|mercredi|jeudi|vendredi)|la nuit|si|quand|lorsque|pendant
        |a \d\w*|a (?:l|la|cette|ces|des) (?:heures?|heure|aube|nuit|adresse)|apres|aussi|trop|tous les
        |toutes les|pour (?:le|la|les|mon|ma|l|mes|un|une|ca|cela|\d)|en (?:anglais|francais|espagnol
        |double|pleine|semaine)|tard|tot|chaque|jusqu|tant que|a propos|au sujet|concernant|plus tard
        |ce (?:soir|matin|midi|week)|demain|deux fois|par (?:mail|courrier)|mais (?:appelez|par|plutot)
        |(?:a|au|aux|du|de|pour) ?(?:(?:l|la|le|une|un|cette|cet|ce|mon|ma|les) ?)?(?:operations?
        |interventions?
        |chirurgie|anesthesie|traitements?|vaccin\w*|soins|procedure|examens?|transfusions?|etude
        |recherche|partage)
        |avec (?:(?:mon|ma|mes|le|la|l|un|une|son|sa|ce|cette) ?)?(?:mari|femme|epou\w+|medecin|docteur
        |dr|fils
        |fille|mere|pere|maman|papa|infirmiere?|copain|copine|amie?|bebe|enfants?|lui|elle|eux)
        |(?:a (?:ma|mon|mes|son|sa) \w+ )?et (?:envoyez|ecrivez|contactez|textez) (?:les?|la|moi|le moi)
        |(?:a|sur) (?:mon|l|notre) autre
    """,
    negated=frozenset({"no-more-writing", "no-sending", "no-more"}),
    later=r"""
        maintenant|tout de suite|aujourd hui|encore|(?:ce|cet|cette) (?:matin|midi|apres|soir|nuit
        |semaine)
    """,
    spared=r"pas {things} (?:aujourd hui|demain|(?:ce|cet|cette) (?:matin|midi|apres|soir|nuit|semaine))",
    unless={
        "list": r"de la liste .*(?:plus tot|autre (?:rendez vous|rdv|creneau|date))",
    },
)
