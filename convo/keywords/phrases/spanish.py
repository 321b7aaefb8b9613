"""What people text in Spanish to be left alone."""

from convo.keywords.phrases.grammar import Grammar

SPANISH = Grammar(
    language="es",
    apostrophe="",
    fragments={
        "texts": r"""
            mensajes?|mensages?|msjs?|msgs?|msj|mjs|sms|textos?|mensajitos?|mensaje de textos?
            |mensajes de textos?
        """,
        "whose": r"""
            mas|de|del|los|las|el|la|lo|sus?|tus?|estos|estas|este|esta|esos|esas|ese|esa|ningun|ninguna
            |ningunos|otros?|otra|todos|todas|todo|con|a|al|cualquier|tipo|clase
            |nuevos|malditos?|pinches?|putos?|molestos|un|una|ni|envio|recepcion|suscripcion|servicio
            |recibir|mi|mis|vuestros?
        """,
        "things": r"""
            (?:{whose} )*(?:{texts}|publicidad|publicidades|notificaciones|notificacion|avisos?|alertas?
            |recordatorios?|promociones|promos?|propaganda|anuncios?|spam|comunicaciones|comunicacion
            |campanas?)(?: (?:publicitarios?|comerciales|promocionales|automaticos?|de texto|por {texts}
            |via {texts}|spam|de (?:mis )?(?:citas?|consultas?)))?
        """,
        "several": r"""
            (?:{whose} )*(?:{texts}|publicidad|publicidades|notificaciones|avisos|alertas|recordatorios
            |promociones|promos|propaganda|anuncios|spam|comunicaciones|(?:recordatorio|alerta
            |aviso) (?:por
            |de|via) {texts})
        """,
        "send": r"""
            env(?:i|e)(?:en|e|es|a|as|ar|ando|eis|iar|iando|ie|ien|an|iarme|iarnos)|manden?|mandes?
            |mandas?|mandan|mandar|mandando|mandeis|mandarme|mandarnos|envien?|envies?|envia|envian
            |enviar|enviarme|enviarnos|enviando|enviarlos|mandarlos|lleguen|llegar
        """,
        "write": r"""
            escriban?|escribas?|escribe|escriben|escribir|escribirme|escribirnos|escribiendo|escribais
            |contacten?|contactes?|contactar|contactarme|contactarnos|contactando|contacteis|texteen?
            |textees|textear|textearme|texteando|hablen|hables|hablarme|busquen|buscarme
        """,
        "bother": r"""
            molesten?|molestes?|molestar|molestarme|molestarnos|molestando|molesteis|fastidien?
            |fastidiar|fastidiarme|fastidies|acosen?|acosar|acosarme|hostiguen?|hostigar|hostigarme
            |chinguen|chingar|chingues|jodan?|joder|jodas|spamear|spamearme|spameen
        """,
        "let-send": r"(?:manden?|mandes|mandeis|env[ie]+n?|envies|envieis|mandar|enviar|lleguen)(?:me|nos)?",
        "let": r"""
            escriban?|escribas|contacten?|contactes|texteen?|textees|hablen|hables|busquen|molesten?
            |molestes
            |fastidien?|fastidies|llamen?|llames|chinguen|jodan
        """,
        "me": r"me|nos",
        "ever": r"mas|nunca mas|nunca|jamas|otra vez|de nuevo|ya|nada|nada mas|porfa|x favor",
        "please": r"por favor|porfavor|porfa|porfas|xfa|xfavor|x favor|plis|pliz|pls|please|ya",
        "cease": r"""
            dejen|deje|deja|dejad|dejar|dejaran|dejara|dejes|dejeis|paren|pare|para|parad|parar|pararan
            |cesen|cese|cesar|eviten|evite|evitar|basta|absténganse|abstenganse|abstengase|dejenme
            |dejame|dejemos
        """,
        "list": r"""
            (?:de|del|en) (?:(?:su|sus|la|las|el|los|esta|este|estos|estas|esos|tu|tus|todas|todos|toda
            |cualquier|vuestra
            |vuestras|una) )*(?:listas?|listados?|bases?(?: de datos)?|sistemas?|registros?|contactos?
            |agenda|grupos? de {texts}|canal|grupo|chat|directorios?|archivos?|envios?|servicio
            |suscripcion|suscripciones|{texts}|notificaciones|publicidad)(?: (?:de|del) (?:contactos?
            |distribucion|difusion|correos?|envios?|{texts}|clientes|datos|numeros|publicidad
            |suscriptores))?
        """,
        "number": r"""
            (?:mi|este|el|nuestro|ese) (?:numero(?: de (?:telefono|celular|movil))?|num|telefono
            |celular|cel
            |movil|contacto|nombre|tel)|mis (?:datos|numeros)
        """,
        "remove": r"""
            (?:elimin|borr|baj|quit|sac|saq|retir|remuev|remov|tach|excluy|exclu|suprim|desuscrib
            |desinscrib)(?:u?e|u?en|u?es|a|an|ad|ar|ir|er|emos|an|aran|uen|ue)
        """,
        "from": r"""
            a este numero|a este (?:telefono|celular|movil|cel)|a mi (?:numero|celular|telefono|movil
            |cel)|de ustedes|de parte de ustedes|de ti|de usted|de su parte|de su (?:empresa|oficina
            |clinica|consultorio|tienda
            |negocio|equipo|compania)|del consultorio|en (?:mi
            |este) (?:celular|telefono|numero|movil|cel)|por aqui|aqui
        """,
    },
    anywhere={
        "cease": r"""
            {cease} (?:{please} )*de (?:estar )?(?:{send}|{write}|{bother})(?:me|nos)?(?: mas
            | {please})*(?: {things})?(?: {from})*
        """,
        "stop-receiving": r"""
            (?:dejo|dejar|como dejamos) de recibir (?:{things}|esto|estos)|parar de recibir (?:{things}
            |esto)
        """,
        "no-more": r"""
            no (?:{me} )?(?:(?:vuelvan? a |vuelvas a |sigan? |sigas |anden )?(?:{write}
            |{bother})(?: {please})* (?:mas nunca|nunca mas|nunca|jamas|mas
            |otra vez)(?: {things})?|(?:(?:vuelvan? a|vuelvas a|sigan?|sigas|anden) {send}
            |{let-send})(?: {please})* (?:mas nunca|nunca mas|nunca|jamas|mas
            |otra vez) {things})(?: {from})*
        """,
        "please-no-more": r"no (?:{me} )?{send} mas {things} (?:{from} )?(?:por favor|porfavor|porfa)",
        "never": r"""
            (?:nunca|jamas) (?:mas (?:{me} )?(?:{let}|{let-send} {things})|(?:{me} )?{let} mas
            |(?:{me} )?(?:vuelvan?|vuelvas) a (?:{write}
            |{bother}|llamar|{send} {things})(?:me|nos)?)(?: mas)?(?: {from})*
        """,
        "no-again": r"""
            no (?:{me} )?(?:vuelvan? a|vuelvas a|sigan?|sigas) (?:{send}|{write}|{bother})(?:me
            |nos)?(?: {things})?
        """,
        "no-things": r"(?:ya )?no (?:{me} )?{let-send} (?:{please} )*{things}(?: {from})*",
        "do-not-want": r"""
            no (?:kiero|quiero|quisiera|queremos|deseo|deseamos|necesito|acepto|me interesa)(?: mas| ya
            | seguir| volver a| nunca)* (?:recibi(?:r|endo) (?:{things}|nada)
            |que {me} (?:sigan |vuelvan a |esten )?(?:{send}|{write}|{bother})(?: {things})?
            |ser (?:contactad|molestad|notificad)[oa]s?|(?:saber )?(?:mas )?nada de ustedes
            |tener {things}|saber (?:nada )?(?:de ustedes|mas de ustedes)|mas {things}
            |(?:mas )?nada (?:mas )?(?:de|con) (?:ustedes|usted))
        """,
        "in-list": r"""
            no (?:quiero|deseo|quisiera|queremos)(?: ya| mas| seguir)* (?:estar|aparecer|figurar
            |seguir) en (?:{whose} )*(?:listas?|bases?(?: de datos)?|sistema|registros?)
        """,
        "list": r"(?:{me} )?{remove}(?:me|nos|nme|nnos|lo|la|los|las)?(?: {please})*(?: {number})? {list}",
        "use": r"""
            no (?:vuelvan? a )?(?:usen?|utilicen?|usar|utilizar) (?:mas |nunca mas )?{number}(?: mas
            | nunca mas)?
        """,
        "refuse": r"(?:me niego a|rechazo|me rehuso a) (?:recibir |que me manden |que me envien )?{things}",
        "not-be": r"(?:ya )?no ser (?:contactad|molestad|notificad)[oa]s?",
        "alone": r"""
            dej(?:en|e|a|ad|ar|es)(?:me|nos|nme|nnos)(?: ya)? (?:en paz|tranquil[oa]s?|vivir)
            |dejen? en paz a mi familia|olvid(?:en
            |e|a|ense|ese|ate) (?:de )?(?:mi numero|este numero|mi)|pierdan mi numero
        """,
        "consent": r"""
            (?:retiro|revoco|cancelo|retirar|revocar|anulo) (?:mi|todo|el) (?:consentimiento|permiso
            |autorizacion)
        """,
        "no-consent": r"""
            no (?:les |le |los |te )?(?:autorizo|doy (?:mi )?(?:permiso|autorizacion|consentimiento)
            |di (?:mi )?(?:permiso|autorizacion)|he autorizado|autorice)(?: a| para| de| el| que
            | a que)*(?: {me})? ?(?:{send}|{write}|envio)(?:me)?|no (?:tienen?|tiene
            |tienes) (?:mi )?(?:permiso|autorizacion|consentimiento)(?: para| de)? (?:{send}|{write}
            |{bother})(?:me)?
        """,
        "leave": r"""
            (?:dar(?:me|nos)?|dame|dadme|denme|deme|danos|doy|darse|demen|me den
            |me de) de baja(?: {please})* {list}
        """,
        "or-else": r"^(?:stop|paren|basta|alto) o (?:los|voy|te|llamo|les|lo|la)",
    },
    alone={
        "want-them": r"""
            no (?:los|las|lo) (?:quiero|deseo)(?: recibir)?(?: mas)?|no (?:quiero
            |deseo) recibirl[oa]s?(?: mas)?
        """,
        "no-more": r"""
            (?:ya )?no (?:{me} )?(?:{write}|{bother})(?: {ever}| {please}| {from})*
            |ya no {me} {let-send}(?: {from})*
            |(?:ya )?no (?:{me} )?{let-send} (?:mas nunca|nunca mas|jamas|mas|nada
            |nada mas)(?: {please})*(?: {from})*
            |no (?:{me} )?llamen (?:mas|nunca mas)(?: ni .*)?|no (?:chinguen|jodan|mamen)(?: mas)?
            |no insistan?(?: mas)?|ya dejenme|dejen de insistir|cese de contacto|no mas contacto
        """,
        "neither": r"""
            no (?:{me} )?{let}(?: mas)? ni (?:{me} )?(?:{let}|{let-send}(?: {things})?)(?: mas| {from})*
            |no (?:{me} )?(?:vuelvan?|vuelvas) a (?:llamar|{write}|{bother}) ni a (?:llamar|{write}
            |{bother})
        """,
        "cease": r"{cease} (?:{please} )*de (?:llamar|llamarme|{bother})(?:me)?(?: mas)?",
        "the-texts": r"""
            (?:no autorizo|no acepto|ni un|cero|basta|basta ya|ya basta|alto
            |stop|paren|pare|parar|parenle|parale|parele|bajenle|para|detener|detengan|detenga|eliminar
            |eliminen|quitar|quiten|terminar|terminen|fin|dejar|ya estuvo|harto|bloquear|bloqueo
            |como bloqueo
            |quiten|cesar|cesen|cese) {things}(?: {from})*|(?:cancelar|cancelen|cancele|cancelo|cancela
            |cancelenme|suspender|suspendan|suspenda|desactivar|desactiven|silenciar|apaguen|apagar
            |apague
            |anular|anulen) {several}(?: {from})*
        """,
        "no-more-texts": r"""
            (?:nomas|no mas|ya no mas|ya no|ya no quiero|no quiero|no kiero|ya no kiero|no deseo
            |ya no deseo|ya no necesito) {things}(?: {from}| ahora)*
        """,
        "out": r"(?:salir|salirme|salgo|irme|fuera) {list}",
        "leave": r"""
            (?:dar(?:me|nos)?|dame|dadme|denme|deme|danos|doy|darse|demen|me den|me de|den
            |de) (?:de )?baja(?: {number})?(?: {please})*(?: {list}| de (?:esto|aqui|todo|este
            |ustedes))?|(?:dar(?:me|nos)?|dame|dadme|denme|deme|danos|den
            |de) la baja (?:{number}(?: {please})*|{list}
            |de (?:esto|aqui|todo|ustedes))|(?:quiero|deseo) mi baja (?:{list}|de (?:esto|aqui|todo
            |ustedes))
            |(?:quiero|deseo) (?:la |una )?baja(?: {list}| de (?:esto|aqui|todo))?|(?:solicito|pido
            |solicitud de|tramitar|tramiten|peticion de) (?:la |mi |una )?baja(?: {list}| de (?:esto
            |aqui|todo))?|baja (?:{list}|de esto
            |de todo|ya|inmediata)|me den de baja|causar baja|me estoy dando de baja
        """,
        "remove": r"""
            (?:{me} )?{remove}(?:me|nos|nme|nnos)(?: ya| {number})?|(?:elimin|borr|quit|retir|sac|saq
            |remuev|suprim)(?:u?en|u?e|a|ar|er) {number}(?: de (?:aqui|todo|ahi))?
        """,
        "unsubscribe": r"""
            (?:des ?(?:suscri|uscri|inscri|subscri|apunt)|dessuscri|desuscri|desubscri)[a-z]*(?: {me}
            | {number}| {list}| de (?:esto|todo|aqui))*|unsubscribe
        """,
        "stop-to-end": r"""
            (?:responder?|enviar|texto|respondo|mando|envio|escribo|digo|dije) (?:stop|baja|alto)
            |stop (?:para|a) (?:cancelar|salir|terminar|parar)
        """,
        "go-away": r"""
            (?:larguense|vayanse|largate|vete)(?: a la (?:mierda|chingada|verga)| al (?:diablo|carajo
            |infierno)| de aqui)?|que no {me} (?:{write}|{bother}|{send} {things})
        """,
    },
    bare=r"""
        stop+|sto+p+|alto|alto ya|baja|paren|ya paren|paren ya|parenle|parar|basta|basta ya|ya basta
        |ya estuvo|no mas|ya no mas|ya no|(?:no|sin) {things}|unsubscribe|desuscribir|opt ?out
        |dejen de chingar
    """,
    said=r"stop+|paren|ya paren|paren ya|parenle|darme de baja|unsubscribe|desuscribir",
    heads=r"""
        hola|buenas|buenos dias|buenas tardes|buenas noches|buen dia|disculpe[n]?|disculpa|perdon|oigan?
        |oye|mire|miren|y|e|o|pero|entonces|pues|ya|ok|okay|si|no gracias|mejor no|gracias
        |muchas gracias|{please}|favor|favor de|por favor de|hagan? el favor de|hagan?me el favor de
        |hazme el favor de|le pido|les pido|te pido|(?:le |les |te )?(?:pido|ruego|suplico|solicito
        |exijo|ordeno|agradeceria|agradezco|pedi|dije|he dicho|he pedido|digo|repito|pedimos|solicitamos
        |encarezco|imploro)(?: a ustedes| \d+ veces| muchas veces| varias veces)?(?: que)?
        |(?:ya )?(?:les|le|te|se los|se lo) (?:dije|pedi|he dicho|he pedido|repito|pido)(?: que)?
        |(?:quiero|quisiera|deseo|necesito|me gustaria|prefiero|queremos|quisieramos)(?: que)?
        |(?:me |nos )?(?:pueden|puede|podrian|podria|puedes|podrias|podeis)(?: {please})*|(?:cuando
        |por que no|cuando van a|van a|acaso no) (?:van a )?|(?:como|donde|que)(?: le)? (?:hago|puedo
        |podria|debo|se puede|hay que hacer|tengo que hacer|le hago)(?: hacer)?(?: para)?|como
        |de que manera puedo|hay (?:forma|manera) de|tienen que|deben|debe|deberian|hay que
        |por ultima vez|una vez mas|otra vez|de nuevo|senores?|senora|senorita|amigos?|yo|ustedes|usted
        |me|nos|inmediatamente|solo|se|un|que|de una vez
    """,
    closers=r"""
        {please}|gracias|muchas gracias|mil gracias|de antemano|de antemano gracias|gracias de antemano
        |graciass|ahora|ahora mismo|ya mismo|inmediatamente|de inmediato|urgente|hoy|por (?:mensajes?
        |sms|texto|telefono|este medio|este canal|aqui)|lo antes posible|cuanto antes|de una vez
        |de una vez por todas|{ever}|{from}|definitivamente|para siempre|permanentemente|saludos
        |un saludo|atentamente|atte|bendiciones|buen dia|buenas tardes|buenas noches|adios|bye|chao
        |carajo|coño|joder|maldita sea|entendido|ok|okay|gente|senores|amigos|jaja|se los pido
        |te lo pido|se lo pido|les pido|punto
    """,
    company=r"""
        (?:ya )?(?:yo )?no (?:estoy|me|soy|es|estamos) (?:interesad[oa]|interesa|cliente|esa persona
        |de su interes|el numero correcto|esta interesad[oa])(?: en \w+(?: \w+)?)?(?: (?:de ustedes|suyo
        |de su empresa))?|(?:es |tienen? (?:el |un )?)?(?:numero|num|telefono|persona) (?:equivocad[oa]
        |incorrect[oa]|erroneo|erronea)|se (?:equivoc[oa]ron?|equivocaron|confundieron)(?: de \w+)?
        |esta(?:n)? equivocad[oa]s?|(?:yo )?no (?:los|lo|la|las|te|se quien|se quienes
        |tengo idea quien) (?:conozco|son|es|eres)(?: a ustedes)?|quien (?:es|eres|son|habla)|(?:este
        |ese|esta|eso|esto) (?:ya )?no (?:es|soy|pertenece)(?: \w+){{1,6}}|(?:ya )?no soy(?: \w+){{1,5}}
        |(?:yo )?(?:nunca|jamas|no) (?:me )?(?:suscribi|inscribi|registre|pedi|solicite|autorice|di
        |acepte|he pedido)(?: \w+){{0,6}}|(?:ya )?(?:estoy|me tienen|ando|estamos) (?:hart[oa]s?
        |cansad[oa]s?|fastidiad[oa]s?)(?: (?:de|con))?(?: \w+){{0,6}}|(?:esto )?es (?:spam|acoso|molesto
        |una molestia|ilegal|demasiado|estafa|un fraude)|spam|acoso|estafa|(?:enviado
        |escrito) desde (?:mi )?\w+(?: \w+){{0,4}}|ya (?:pague|compre|vote|tengo|les dije
        |fui)(?: \w+){{0,5}}|(?:los|las|te|lo) (?:voy a )?(?:bloquear|denunciar|reportar|bloqueo
        |denuncio|reporto)(?: \w+){{0,3}}|(?:murio|fallecio|cambie|me mude)(?: \w+){{0,4}}
        |no quiero nada|no necesito nada|(?:me|nos) (?:mandan|envian|llegan|escriben) (?:demasiados?
        |muchos?|tantos?)(?: \w+){{0,4}}|(?:creo que )?(?:me|se) (?:confunden|estan confundiendo
        |equivocan)(?: \w+){{0,4}}|(?:yo )?(?:recibo|me llegan|tengo) (?:demasiados|muchos
        |tantos)(?: \w+){{0,4}}|cuantas veces(?: \w+){{0,7}}|(?:ultima|ultimo|primera) (?:advertencia
        |aviso)|no molesten
    """,
    apart=r"no|nel",
    unmeant=r"ja ?ja|jeje|lol|risa|chiste|broma|gracioso|reir",
    joints=r"""
        yo|(?:este|esta|ese|el) (?:numero|telefono|celular|no|ya|es|murio|fallecio|persona|senora?)
        |esto|es|ustedes|usted|gracias|y|o|porque|ya|pues|si no|numero|no|quien|por favor|stop|ella
        |que (?:no|ya|me|los|les|se|esto|estoy|voy|son|es|molest\w+)|estoy|ni
    """,
    blockers=r"""
        que|yo|tu|el|ella|ellos|ustedes|dile|diles|digan|dice|dijo|dicen|dije|a|de|para|debo|debe|puedo
        |cuando|si|nunca|la|los|las|mi|su|un|una|sin|por|quiero|voy|van|va|no|se|lo|le|les|antes|al|del
        |mama|papa|hijo|hija|doctor|doctora|medico|jefe|sigue|siguen|hasta|parada|autobus
    """,
    invites=r"""
        (?:(?:mejor|pero|y|por favor|mejor me) )*(?:escriban?me|escribeme|manden?me|mandame|envien?me
        |enviame|manden mensajes?|escriban?|contacten|contacteme)(?: (?:mejor|a mi|a mi \w+|por aca
        |un mensaje|mensaje))?|(?:usen?|usa|utilicen?|mejor) (?:este|el nuevo|el otro|mi otro|mi nuevo)
        |(?:(?:pero|si) )?(?:si )?(?:los|las) (?:quiero|quiere|necesito)
        (?: recibir)?$|(?:mande|envie|escribi|puse|dije|respondi|conteste) (?:la palabra )?(?:stop|baja
        |alto
        |parar)(?: \w+){{0,2}} por (?:error|accidente|equivocacion)
        |(?:pero )?(?:mejor|solo|prefiero) (?:por|con|un|en)? ?(?:mensajes?|textos?|sms)$|(?:yo )?(?:no
        |nunca)
        pedi (?:que )?(?:me )?(?:dar|dieran|quitar|quitaran)(?:me)? (?:de )?(?:baja|la)?
        |(?:yo )?(?:no|nunca|jamas) (?:les |le |te )?(?:pedi|solicite|quise) (?:(?:la|mi) baja
        |que (?:me )?(?:quitaran
        |dieran de baja|dejaran|sacaran|borraran|eliminaran|pararan))
    """,
    limits=r"""
        de (?:espera|hoy|manana|invitados|asistentes|alumnos|compras)|del? (?:lunes|martes|miercoles
        |jueves|viernes|sabado|domingo|dia)|a las|a la (?:una|hora|direccion|madrugada|casa)|antes|hasta
        |despues|en la (?:noche|manana|madrugada|tarde)|por la (?:noche|manana|tarde)|de (?:noche
        |madrugada|dia|manana)|cuando|si|mientras|durante|tan|tant[oa]s?|esta semana|por hoy|cada
        |todos los|todas las
        |los (?:lunes|martes|miercoles|jueves|viernes|sabados|domingos|fines)|el (?:lunes|martes
        |miercoles|jueves|viernes|sabado|domingo|azul)|en (?:ingles|espanol|horas|horario)|dos veces
        |para (?:la|el|los|las|mi|mis|un|una)|sobre|acerca|hoy (?:que|en)|al (?:correo|trabajo)
        |demasiado|muy|del (?:pedido|perro|mes)|a (?:mi (?:trabajo|mama|esposa|jefe|oficina)
        |la direccion)|de la (?:cita|orden|factura)|por correo|pero (?:si|llamen)
        |(?:a|para) (?:(?:la|una|esta|mi|el|un) )?(?:operacion|cirugia|intervencion|anestesia|vacuna\w*
        |tratamiento|procedimiento|transfusion)|al (?:tratamiento|procedimiento|examen|estudio|otro
        |numero (?:viejo
        |anterior))|(?:a|en) (?:mi |el |la )?otr[oa]|con (?:(?:mi|el|la|un|una|su) )?(?:espos[oa]
        |marido|mujer
        |doctora?|medic[oa]|hij[oa]s?|mama|papa|madre|padre|bebe|enfermer[oa]|novi[oa]|amig[oa])
        |(?:a mi \w+ )?y (?:manden|mandenmel[oa]s|envien|envienmel[oa]s|escriban)
    """,
    negated=frozenset({"no-more", "no-more-texts", "neither", "go-away"}),
    later=r"ahora|ahorita|todavia|aun|hoy|esta (?:manana|tarde|noche|semana)",
    spared=r"""
        (?:no|sin) {things} (?:hoy|ahorita|esta (?:manana|tarde|noche|semana))|(?:mas|que|muy|tan|un
        |una|poco
        |se|me) (?:alto|baja)|baja mas
    """,
    unless={
        "list": r"la lista .*(?:(?:cita|turno|hora) (?:antes|mas temprano)|otra (?:cita|hora)|otro turno)",
    },
)
